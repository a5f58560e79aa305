"""Reads and writes messages as Python's json_format does, for the test that compares it with ours.

First line: base64 of a FileDescriptorSet. Second: the full name of a message type. Each further line: base64 of a message, a blank, base64 of
its JSON by the other implementation. Answers a line each: base64 of the message's JSON as Python writes it, a blank, and `same`, or what
Python makes of the other JSON instead.
"""
import base64
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.internal import type_checkers

# Two peculiarities of Python are taken out of the comparison. It takes the shortest text of the largest float, 3.4028235e38, for a number
# above it; and it knows no `value` of an Empty inside an Any, which the implementations for C# and Go write.
type_checkers._FLOAT_MAX = 3.40282356e38
type_checkers._FLOAT_MIN = -type_checkers._FLOAT_MAX
EMPTY, EMPTY_WITH_VALUE = b'google.protobuf.Empty"', b'google.protobuf.Empty","value":{}'


def read(line):
    return base64.b64decode(line)


files = descriptor_pb2.FileDescriptorSet.FromString(read(sys.stdin.readline()))
pool = descriptor_pool.DescriptorPool()
waiting = list(files.file)
while waiting:
    file = next(f for f in waiting if all(d not in [w.name for w in waiting] for d in f.dependency))
    waiting.remove(file)
    pool.Add(file)

factory = message_factory.MessageFactory(pool)
make = factory.GetPrototype(pool.FindMessageTypeByName(sys.stdin.readline().strip()))
for line in sys.stdin:
    message, theirs = (read(part) for part in line.split())
    mine = make.FromString(message)
    try:
        seen = json_format.Parse(theirs.replace(EMPTY_WITH_VALUE, EMPTY), make(), descriptor_pool=pool)
        # As texts, if not at once: NaN is no equal of itself, and has many bit patterns.
        same = seen == mine or str(seen) == str(mine)
        verdict = 'same' if same else 'another message: ' + repr(str(seen))
    except json_format.ParseError as error:
        verdict = 'error: ' + repr(str(error))
    names = len(message) % 2 == 0
    text = json_format.MessageToJson(mine, preserving_proto_field_name=names, indent=None, descriptor_pool=pool)
    print(base64.b64encode(text.encode()).decode(), verdict, flush=False)
