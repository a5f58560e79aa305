#!/usr/bin/env python3
"""What a server tells of itself by gRPC reflection, asked by grpcio with nothing but the reflection protocol at hand.

reflect.py HOST:PORT SYMBOL    prints one line of JSON for each version of the protocol
"""

import json
import os
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PROTO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../proto/reflection.proto")


def _protocol():
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "set")
        subprocess.run(["protoc", f"-I{os.path.dirname(PROTO)}", f"--descriptor_set_out={out}", PROTO], check=True)
        with open(out, "rb") as file:
            files = descriptor_pb2.FileDescriptorSet.FromString(file.read()).file
    pool = descriptor_pool.DescriptorPool()
    for file in files:
        pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return [factory.GetPrototype(pool.FindMessageTypeByName("grpc.reflection.v1." + name)) for name in ("ServerReflectionRequest", "ServerReflectionResponse")]


def _ask(channel, version, symbol):
    request_type, response_type = _protocol()
    method = channel.stream_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo", request_type.SerializeToString, response_type.FromString)
    answers = method(iter([
        request_type(list_services="*"),
        request_type(file_containing_symbol=symbol),
        request_type(file_containing_symbol="grpc.health.v1.Health"),
        request_type(file_containing_symbol=f"grpc.reflection.{version}.ServerReflection"),
        request_type(file_containing_symbol="no.Such"),
        request_type(file_by_filename="no/such.proto"),
    ]), timeout=20)
    listed, described, health, itself, missing, missing_file = list(answers)

    pool = descriptor_pool.DescriptorPool()
    files = [descriptor_pb2.FileDescriptorProto.FromString(serialized)
             for answer in (described, health, itself) for serialized in answer.file_descriptor_response.file_descriptor_proto]
    for file in files:
        pool.Add(file)
    service = pool.FindServiceByName(symbol) if described.HasField("file_descriptor_response") else None

    # A call by nothing but what was told.
    factory = message_factory.MessageFactory(pool)
    check = pool.FindServiceByName("grpc.health.v1.Health").methods_by_name["Check"]
    health_answer = channel.unary_unary(
        "/grpc.health.v1.Health/Check", factory.GetPrototype(check.input_type).SerializeToString, factory.GetPrototype(check.output_type).FromString,
    )(factory.GetPrototype(check.input_type)(), timeout=20)
    return {
        "version": version,
        "services": [one.name for one in listed.list_services_response.service],
        "methods": [f"{method.name}({method.input_type.full_name}) returns ({method.output_type.full_name})" for method in service.methods] if service else None,
        "described": bool(pool.FindServiceByName(f"grpc.reflection.{version}.ServerReflection")),
        "health": health_answer.status,
        "missing": [missing.error_response.error_code, missing_file.error_response.error_code],
    }


with grpc.insecure_channel(sys.argv[1]) as channel:
    for version in ("v1", "v1alpha"):
        print(json.dumps(_ask(channel, version, sys.argv[2])), flush=True)
