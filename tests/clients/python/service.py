#!/usr/bin/env python3
"""The unary and the server-streaming method of samples/proto/example.proto on grpcio: a service on the C core, for tests of what may reach one.

service.py [--port N] [--exit-with-stdin]    prints one line of JSON when it is ready
"""

import argparse
import json
import os
import sys
from concurrent import futures

import grpc

from calls import METHODS

NAME = "echo-python"


def _fail(request, context):
    if request.HasField("failure"):
        context.set_trailing_metadata(list(request.trailing_metadata.items()))
        context.abort(grpc.StatusCode.__members__[_CODES[request.failure.code]], request.failure.message)


_CODES = {code.value[0]: code.name for code in grpc.StatusCode}


def _answer(reply_type, request, context, index):
    reply = reply_type(text=request.text, index=index, instance=NAME, requests=1, padding=bytes(request.padding_bytes))
    if request.show_metadata:
        for key, value in context.invocation_metadata():
            reply.metadata.add(key=key, value=value if isinstance(value, str) else value.hex())
    return reply


def _say(reply_type):
    def say(request, context):
        _fail(request, context)
        context.send_initial_metadata(list(request.initial_metadata.items()))
        context.set_trailing_metadata(list(request.trailing_metadata.items()))
        return _answer(reply_type, request, context, 0)
    return say


def _count(reply_type):
    def count(request, context):
        context.set_trailing_metadata(list(request.trailing_metadata.items()))
        for index in range(request.answers or 3):
            yield _answer(reply_type, request, context, index)
        _fail(request, context)
    return count


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--exit-with-stdin", action="store_true")
    options = options.parse_args()

    _, _, request_type, reply_type = METHODS["example.Echo/Say"]
    codec = {"request_deserializer": request_type.FromString, "response_serializer": reply_type.SerializeToString}
    server = grpc.server(futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("example.Echo", {
        "Say": grpc.unary_unary_rpc_method_handler(_say(reply_type), **codec),
        "Count": grpc.unary_stream_rpc_method_handler(_count(reply_type), **codec),
    })])
    port = server.add_insecure_port(f"127.0.0.1:{options.port}")
    server.start()
    print(json.dumps({"ready": True, "name": NAME, "port": port, "pid": os.getpid()}, separators=(",", ":")), flush=True)
    if options.exit_with_stdin:
        sys.stdin.read()
    else:
        server.wait_for_termination()
    server.stop(0)


main()
