#!/usr/bin/env python3
"""gRPC's interoperability cases on Debian's grpcio. What is read and printed: ../README.md."""

import json
import os
import queue
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

HERE = os.path.dirname(os.path.abspath(__file__))
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
INITIAL, TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"


def load():
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "protocols")
        subprocess.run(["protoc", "-I" + os.path.join(HERE, "../proto"), "--include_imports", f"--descriptor_set_out={out}", "interop.proto"], check=True)
        with open(out, "rb") as file:
            files = descriptor_pb2.FileDescriptorSet.FromString(file.read()).file
    pool = descriptor_pool.DescriptorPool()
    for file in files:
        pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return lambda name: factory.GetPrototype(pool.FindMessageTypeByName(f"grpc.testing.{name}"))


message = load()
Empty, SimpleRequest, SimpleResponse = message("Empty"), message("SimpleRequest"), message("SimpleResponse")
InRequest, InResponse = message("StreamingInputCallRequest"), message("StreamingInputCallResponse")
OutRequest, OutResponse = message("StreamingOutputCallRequest"), message("StreamingOutputCallResponse")
METHODS = {
    "EmptyCall": (False, False, Empty, Empty), "UnimplementedCall": (False, False, Empty, Empty),
    "UnaryCall": (False, False, SimpleRequest, SimpleResponse), "StreamingInputCall": (True, False, InRequest, InResponse),
    "StreamingOutputCall": (False, True, OutRequest, OutResponse), "FullDuplexCall": (True, True, OutRequest, OutResponse),
}


def require(truth, what):
    if not truth:
        raise AssertionError(what)


class Calls:
    """Calls on one connection, each with the next payment: one that brought a message or OK was charged, any other was not."""

    def __init__(self, job):
        options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        if job.get("tls"):
            with open(job["tls"]["caFile"], "rb") as file:
                self.channel = grpc.secure_channel(job["endpoint"], grpc.ssl_channel_credentials(file.read()), options)
        else:
            self.channel = grpc.insecure_channel(job["endpoint"], options)
        self.payments = [[(k, bytes.fromhex(v) if k.endswith("-bin") else v) for k, v in p.items()] for p in job.get("payments", [])]

    def start(self, method, argument, metadata=(), service="TestService", **options):
        many_in, many_out, request_type, reply_type = METHODS[method]
        kinds = {(False, False): self.channel.unary_unary, (False, True): self.channel.unary_stream,
                 (True, False): self.channel.stream_unary, (True, True): self.channel.stream_stream}
        begin = kinds[many_in, many_out](f"/grpc.testing.{service}/{method}", request_type.SerializeToString, reply_type.FromString)
        payment = self.payments[0] if self.payments else []
        # A future of a client stream forgets its compression, a call that is waited for does not.
        kind = begin if many_out else begin.with_call if many_in and "compression" in options else begin.future
        return kind(argument, metadata=[*payment, *metadata], **options)

    def charged(self):
        if self.payments:
            self.payments.pop(0)

    def unary(self, *arguments, **options):
        call = self.start(*arguments, **options)
        reply, call = call if isinstance(call, tuple) else (call.result(), call)
        self.charged()
        return reply, call

    def failing(self, code, *arguments, **options):
        call = self.start(*arguments, **options)
        try:
            call.result()
        except grpc.RpcError:
            pass
        require(call.code() == code, f"{call.code()} {call.details()} instead of {code}")
        return call

    def stream(self, *arguments, **options):
        call = self.start(*arguments, **options)
        replies = list(call)
        require(call.code() == grpc.StatusCode.OK, f"{call.code()}")
        self.charged()
        return replies, call


class Requests:
    """A stream of requests that the case writes as it goes."""

    def __init__(self):
        self.items = queue.Queue()

    def __iter__(self):
        return iter(self.items.get, None)

    def send(self, item):
        self.items.put(item)

    def close(self):
        self.items.put(None)


def payload(request, size):
    request.payload.body = b"\0" * size
    return request


def simple(**fields):
    request = SimpleRequest(response_size=314159)
    payload(request, 271828)
    for name, value in fields.items():
        getattr(request, name).value = value
    return request


def output(*sizes, body=None, compressed=()):
    request = OutRequest()
    for number, size in enumerate(sizes):
        parameters = request.response_parameters.add(size=size)
        if compressed:
            parameters.compressed.value = compressed[number]
    return request if body is None else payload(request, body)


def empty_unary(calls):
    calls.unary("EmptyCall", Empty())


def large_unary(calls):
    reply, _ = calls.unary("UnaryCall", simple())
    require(len(reply.payload.body) == 314159, "size")


def client_compressed_unary(calls):
    calls.failing(grpc.StatusCode.INVALID_ARGUMENT, "UnaryCall", simple(expect_compressed=True))
    calls.unary("UnaryCall", simple(expect_compressed=True), compression=grpc.Compression.Gzip)
    calls.unary("UnaryCall", simple(expect_compressed=False))


def server_compressed_unary(calls):
    for compressed in (True, False):
        reply, _ = calls.unary("UnaryCall", simple(response_compressed=compressed))
        require(len(reply.payload.body) == 314159, "size")


def in_requests(expect=None):
    # Compressed ones are so large that compressing pays: the C core leaves others as they are.
    for size in (27182, 8, 1828, 45904) if expect is None else (27182, 45904):
        request = payload(InRequest(), size)
        if expect is not None:
            request.expect_compressed.value = expect
        yield request


def client_streaming(calls):
    reply, _ = calls.unary("StreamingInputCall", in_requests())
    require(reply.aggregated_payload_size == 74922, "size")


def client_compressed_streaming(calls):
    calls.failing(grpc.StatusCode.INVALID_ARGUMENT, "StreamingInputCall", in_requests(True))
    calls.unary("StreamingInputCall", in_requests(True), compression=grpc.Compression.Gzip)
    calls.unary("StreamingInputCall", in_requests(False))


def server_streaming(calls):
    replies, _ = calls.stream("StreamingOutputCall", output(31415, 9, 2653, 58979))
    require([len(r.payload.body) for r in replies] == [31415, 9, 2653, 58979], "sizes")


def server_compressed_streaming(calls):
    replies, _ = calls.stream("StreamingOutputCall", output(31415, 92653, compressed=(True, False)))
    require([len(r.payload.body) for r in replies] == [31415, 92653], "sizes")


def ping_pong(calls):
    requests = Requests()
    call = calls.start("FullDuplexCall", iter(requests))
    for size, body in zip((31415, 9, 2653, 58979), (27182, 8, 1828, 45904)):
        requests.send(output(size, body=body))
        require(len(next(call).payload.body) == size, "size")
    requests.close()
    require(list(call) == [] and call.code() == grpc.StatusCode.OK, "end")
    calls.charged()


def empty_stream(calls):
    replies, _ = calls.stream("FullDuplexCall", iter(()))
    require(replies == [], "no message")


def custom_metadata(calls):
    sent = ((INITIAL, "test_initial_metadata_value"), (TRAILING, b"\xab\xab\xab"))
    for kind, method, argument in ((calls.unary, "UnaryCall", simple()), (calls.stream, "FullDuplexCall", iter([output(314159, body=271828)]))):
        _, call = kind(method, argument, metadata=sent)
        require(sent[0] in [tuple(pair) for pair in call.initial_metadata()], "initial metadata")
        require(sent[1] in [tuple(pair) for pair in call.trailing_metadata()], "trailing metadata")


def status_code_and_message(calls):
    text = "test status message"
    request = SimpleRequest()
    request.response_status.code, request.response_status.message = 2, text
    require(calls.failing(grpc.StatusCode.UNKNOWN, "UnaryCall", request).details() == text, "text")
    request = OutRequest()
    request.response_status.code, request.response_status.message = 2, text
    call = calls.start("FullDuplexCall", iter([request]))
    try:
        list(call)
    except grpc.RpcError:
        pass
    require(call.code() == grpc.StatusCode.UNKNOWN and call.details() == text, "status of the stream")


def special_status_message(calls):
    request = SimpleRequest()
    request.response_status.code, request.response_status.message = 2, SPECIAL
    require(calls.failing(grpc.StatusCode.UNKNOWN, "UnaryCall", request).details() == SPECIAL, "text")


def unimplemented_method(calls):
    calls.failing(grpc.StatusCode.UNIMPLEMENTED, "UnimplementedCall", Empty())


def unimplemented_service(calls):
    calls.failing(grpc.StatusCode.UNIMPLEMENTED, "UnimplementedCall", Empty(), service="UnimplementedService")


def cancel_after_begin(calls):
    requests = Requests()
    call = calls.start("StreamingInputCall", iter(requests))
    call.cancel()
    requests.close()
    require(call.cancelled() and call.code() == grpc.StatusCode.CANCELLED, "cancelled")


def cancel_after_first_response(calls):
    requests = Requests()
    call = calls.start("FullDuplexCall", iter(requests))
    requests.send(output(31415, body=27182))
    require(len(next(call).payload.body) == 31415, "size")
    calls.charged()
    call.cancel()
    requests.close()
    require(call.code() == grpc.StatusCode.CANCELLED, "cancelled")


def timeout_on_sleeping_server(calls):
    requests = Requests()
    call = calls.start("FullDuplexCall", iter(requests), timeout=0.001)
    requests.send(payload(OutRequest(), 27182))
    try:
        next(call)
    except (grpc.RpcError, StopIteration):
        pass
    requests.close()
    require(call.code() == grpc.StatusCode.DEADLINE_EXCEEDED, f"{call.code()}")


for text in sys.stdin:
    job = json.loads(text)
    calls = Calls(job)
    for case in job["cases"]:
        problem = None
        try:
            globals()[case](calls)
        except Exception as broken:  # Whatever it is, it is the case's result.
            problem = f"{type(broken).__name__}: {broken}"
        print(json.dumps({"case": case, "problem": problem}), flush=True)
    calls.channel.close()
