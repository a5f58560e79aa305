"""One gRPC call of any of the four kinds, told as one plain dictionary."""

import base64
import os
import subprocess
import tempfile
import threading
import time

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDERS = [os.path.join(HERE, "../../../samples/proto"), os.path.join(HERE, "../proto")]
FILES = ["example.proto", "health.proto", "state_service.proto", "control_service.proto", "training.proto",
         "training_daemon.proto"]


def _load():
    """Compiles the protocols at the start: nothing generated lies about, nothing can be out of date."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "protocols")
        subprocess.run(["protoc", *(f"-I{f}" for f in FOLDERS), f"--descriptor_set_out={out}", *FILES], check=True)
        with open(out, "rb") as file:
            files = descriptor_pb2.FileDescriptorSet.FromString(file.read()).file
    pool = descriptor_pool.DescriptorPool()
    for file in files:
        pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    found = {}
    for file in files:
        for service in file.service:
            for method in service.method:
                found[f"{file.package}.{service.name}/{method.name}"] = (
                    method.client_streaming, method.server_streaming,
                    factory.GetPrototype(pool.FindMessageTypeByName(method.input_type[1:])),
                    factory.GetPrototype(pool.FindMessageTypeByName(method.output_type[1:])))
    return found


METHODS = _load()


def call(channel, job, metadata, on_first):
    """Returns whatever the call's status; on_first runs when the first message has come."""
    many_requests, many_replies, request_type, reply_type = METHODS[job["method"]]
    requests = [json_format.ParseDict(request, request_type()) for request in job.get("requests", [{}])]
    began = time.monotonic()
    result = {"code": None, "details": "", "messages": [], "initialMetadata": None, "trailers": None}

    def since():
        return round((time.monotonic() - began) * 1000)

    def take(message):
        result["messages"].append(json_format.MessageToDict(message))
        if len(result["messages"]) == 1:
            result["firstMessageMs"] = since()
            on_first()
        if len(result["messages"]) == job.get("cancelAfterMessages"):
            running.cancel()

    def start(method_kind, argument):
        method = method_kind("/" + job["method"], request_serializer=request_type.SerializeToString, response_deserializer=reply_type.FromString)
        compression = grpc.Compression.Gzip if job.get("compression") == "gzip" else None
        timeout = job["deadlineMs"] / 1000 if "deadlineMs" in job else None
        begin = method if many_replies else method.future
        return begin(argument, timeout=timeout, metadata=metadata, compression=compression)

    if many_requests and many_replies:
        running = start(channel.stream_stream, iter(requests))
    elif many_requests:
        running = start(channel.stream_unary, iter(requests))
    elif many_replies:
        running = start(channel.unary_stream, requests[0])
    else:
        running = start(channel.unary_unary, requests[0])

    leaving = None
    if "cancelAfterMs" in job:
        leaving = threading.Timer(job["cancelAfterMs"] / 1000, running.cancel)
        leaving.start()
    try:
        if many_replies:
            for message in running:
                take(message)
        else:
            take(running.result())
    except (grpc.RpcError, grpc.FutureCancelledError):
        pass  # Its status is read below, as that of a call which went well.
    finally:
        if leaving:
            leaving.cancel()

    result.update(code=running.code().value[0], details=running.details(), elapsedMs=since(),
                  initialMetadata=_plain(running.initial_metadata()), trailers=_plain(running.trailing_metadata()))
    return result


def _plain(metadata):
    lists = {}
    for key, value in metadata or ():
        lists.setdefault(key, []).append(base64.b64encode(value).decode() if isinstance(value, bytes) else value)
    return lists
