using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SnetGateway.ProtoJson;
using Xunit;

namespace SnetGateway.Tests.ProtoJson;

public sealed class ProtoJsonTests
{
    [Theory]
    [InlineData("""{"anInt32":1}""", """{"anInt32":1}""")]
    [InlineData("""{"an_int32":1}""", """{"anInt32":1}""")]
    [InlineData("""{"anInt32":"-5"}""", """{"anInt32":-5}""")]
    [InlineData("""{"anInt32":1.0}""", """{"anInt32":1}""")]
    [InlineData("""{"anInt32":1.5e1}""", """{"anInt32":15}""")]
    [InlineData("""{"anInt32":100e-2}""", """{"anInt32":1}""")]
    [InlineData("""{"anInt32":0}""", "{}")]
    [InlineData("""{"anInt32":-0}""", "{}")]
    [InlineData("""{"anInt32":null,"child":null,"strings":null,"byString":null,"time":null,"boolWrapper":null}""", "{}")]
    [InlineData("""{"anInt64":9007199254740993}""", """{"anInt64":"9007199254740993"}""")]
    [InlineData("""{"anUint64":"18446744073709551615"}""", """{"anUint64":"18446744073709551615"}""")]
    [InlineData("""{"anInt64":"-9223372036854775808"}""", """{"anInt64":"-9223372036854775808"}""")]
    [InlineData("""{"someBytes":"-_8"}""", """{"someBytes":"+/8="}""")]
    [InlineData("""{"someBytes":"+/8="}""", """{"someBytes":"+/8="}""")]
    [InlineData("""{"color":"COLOR_RED"}""", """{"color":"COLOR_RED"}""")]
    [InlineData("""{"color":2}""", """{"color":"COLOR_BLUE"}""")]
    [InlineData("""{"color":77}""", """{"color":77}""")]
    [InlineData("""{"aDouble":"NaN","aFloat":"-Infinity"}""", """{"aDouble":"NaN","aFloat":"-Infinity"}""")]
    [InlineData("""{"aDouble":"1.5"}""", """{"aDouble":1.5}""")]
    [InlineData("""{"other-name":"x"}""", """{"other-name":"x"}""")]
    [InlineData("""{"renamed":"x"}""", """{"other-name":"x"}""")]
    [InlineData("""{"maybeNumber":0}""", """{"maybeNumber":0}""")]
    [InlineData("""{"chosenNull":null}""", """{"chosenNull":null}""")]
    [InlineData("""{"value":null}""", """{"value":null}""")]
    [InlineData("""{"value":"NaN"}""", """{"value":"NaN"}""")]
    [InlineData("""{"values":[null,1,"a",true,{},[]]}""", """{"values":[null,1,"a",true,{},[]]}""")]
    [InlineData("""{"time":"2020-01-02T03:04:05.120+02:00"}""", """{"time":"2020-01-02T01:04:05.120Z"}""")]
    [InlineData("""{"time":"1970-01-01T00:00:00Z"}""", """{"time":"1970-01-01T00:00:00Z"}""")]
    [InlineData("""{"duration":"-1.5s"}""", """{"duration":"-1.500s"}""")]
    [InlineData("""{"duration":"-0.000000001s"}""", """{"duration":"-0.000000001s"}""")]
    [InlineData("""{"mask":"userName,a.bC"}""", """{"mask":"userName,a.bC"}""")]
    [InlineData("""{"mask":""}""", """{"mask":""}""")]
    [InlineData(
        """{"any":{"value":"x","@type":"t/google.protobuf.StringValue"}}""",
        """{"any":{"@type":"t/google.protobuf.StringValue","value":"x"}}""")]
    [InlineData(
        """{"any":{"anInt32":1,"@type":"t/snet.tests.kinds.Kinds"}}""", """{"any":{"@type":"t/snet.tests.kinds.Kinds","anInt32":1}}""")]
    [InlineData("""{"any":{"@type":"t/google.protobuf.Empty"}}""", """{"any":{"@type":"t/google.protobuf.Empty","value":{}}}""")]
    [InlineData("""{"any":{}}""", """{"any":{}}""")]
    [InlineData("""{"byBool":{"true":"a"},"byInt64":{"-5":1}}""", """{"byInt64":{"-5":1},"byBool":{"true":"a"}}""")]
    [InlineData("""{"int64Wrapper":"0","stringWrapper":""}""", """{"int64Wrapper":"0","stringWrapper":""}""")]
    [InlineData("""{"aString":"\u00fc\ud83d\ude00"}""", """{"aString":"ü😀"}""")]
    public void Json_Read_WrittenCanonically(string json, string expected)
    {
        byte[] protobuf = new ProtoJsonConverter(KindsSchema.Schema).ToProtobuf(KindsSchema.Type, Encoding.UTF8.GetBytes(json));
        Assert.Equal(
            System.Text.Json.Nodes.JsonNode.Parse(expected)!.ToJsonString(),
            System.Text.Json.Nodes.JsonNode.Parse(KindsSchema.ToJson(protobuf))!.ToJsonString());
    }

    [Theory]
    [InlineData("", "$")]
    [InlineData("[]", "$")]
    [InlineData("{} {}", "$")]
    [InlineData("{,}", "$")]
    [InlineData("""{"nothing":1}""", "$.nothing")]
    [InlineData("""{"anInt32":1,"an_int32":2}""", "$.an_int32")]
    [InlineData("""{"anInt32":2147483648}""", "$.anInt32")]
    [InlineData("""{"anInt32":1.5}""", "$.anInt32")]
    [InlineData("""{"anInt32":1e-1}""", "$.anInt32")]
    [InlineData("""{"anInt32":1e1000000000000}""", "$.anInt32")]
    [InlineData("""{"anInt32":""}""", "$.anInt32")]
    [InlineData("""{"anInt32":" 1"}""", "$.anInt32")]
    [InlineData("""{"anInt32":"01"}""", "$.anInt32")]
    [InlineData("""{"anInt32":"0x1"}""", "$.anInt32")]
    [InlineData("""{"anInt32":true}""", "$.anInt32")]
    [InlineData("""{"anUint32":-1}""", "$.anUint32")]
    [InlineData("""{"anUint64":18446744073709551616}""", "$.anUint64")]
    [InlineData("""{"aBool":"true"}""", "$.aBool")]
    [InlineData("""{"aBool":1}""", "$.aBool")]
    [InlineData("""{"aString":1}""", "$.aString")]
    [InlineData("""{"aString":"\ud800"}""", "$.aString")]
    [InlineData("""{"someBytes":"a b="}""", "$.someBytes")]
    [InlineData("""{"someBytes":"A"}""", "$.someBytes")]
    [InlineData("""{"color":"RED"}""", "$.color")]
    [InlineData("""{"color":1.5}""", "$.color")]
    [InlineData("""{"aDouble":1e400}""", "$.aDouble")]
    [InlineData("""{"aFloat":1e39}""", "$.aFloat")]
    [InlineData("""{"aDouble":"nan"}""", "$.aDouble")]
    [InlineData("""{"strings":["a",null]}""", "$.strings[1]")]
    [InlineData("""{"strings":"a"}""", "$.strings")]
    [InlineData("""{"byString":{"a":null}}""", "$.byString.a")]
    [InlineData("""{"byString":{"a":"x","a":"y"}}""", "$.byString.a")]
    [InlineData("""{"byInt32":{"1.5":"1"}}""", "$.byInt32['1.5']")]
    [InlineData("""{"byBool":{"1":"1"}}""", "$.byBool.1")]
    [InlineData("""{"children":[{},{"child":{"anInt32":"x"}}]}""", "$.children[1].child.anInt32")]
    [InlineData("""{"chosenNumber":1,"chosenText":""}""", "$.chosenText")]
    [InlineData("""{"time":"2020-01-01"}""", "$.time")]
    [InlineData("""{"time":"2020-13-01T00:00:00Z"}""", "$.time")]
    [InlineData("""{"time":"2020-01-01T00:00:00"}""", "$.time")]
    [InlineData("""{"time":"2020-01-01T00:00:00.Z"}""", "$.time")]
    [InlineData("""{"time":"2020-01-01T00:00:00.1234567890Z"}""", "$.time")]
    [InlineData("""{"time":"0001-01-01T00:00:00+00:01"}""", "$.time")]
    [InlineData("""{"duration":"1"}""", "$.duration")]
    [InlineData("""{"duration":"315576000001s"}""", "$.duration")]
    [InlineData("""{"duration":"1.s"}""", "$.duration")]
    [InlineData("""{"mask":"user_name"}""", "$.mask")]
    [InlineData("""{"mask":"a,,b"}""", "$.mask")]
    [InlineData("""{"any":{"anInt32":1}}""", "$.any")]
    [InlineData("""{"any":{"@type":"t/none.Such"}}""", "$.any")]
    [InlineData("""{"any":{"@type":"t/google.protobuf.StringValue"}}""", "$.any")]
    [InlineData("""{"any":{"@type":"t/google.protobuf.StringValue","value":"x","more":1}}""", "$.any.more")]
    public void Json_Invalid_OneErrorWithItsPath(string json, string path)
    {
        ProtoJsonException told = Assert.Throws<ProtoJsonException>(() => KindsSchema.FromJson(json));
        Assert.Equal(path, told.Path);
        Assert.True(told.Message.Length > $"{told.Path}: ".Length);
    }

    [Fact]
    public void Json_UnknownFields_IgnoredByOption() =>
        Assert.Equal(
            new Kinds { AnInt32 = 1 },
            KindsSchema.FromJson("""{"x":{"y":[1,{}]},"anInt32":1,"@type":2}""", new ProtoJsonOptions { IgnoreUnknownFields = true }));

    [Fact]
    public void Json_TooDeep_RefusedBothWays()
    {
        var options = new ProtoJsonOptions { MaxDepth = 10 };
        string Nested(int depth) => string.Concat(Enumerable.Repeat("{\"child\":", depth - 1)) + "{}" + new string('}', depth - 1);
        Kinds message = KindsSchema.FromJson(Nested(10), options);
        Assert.Equal(Nested(10), KindsSchema.ToJson(message, options));
        Assert.Throws<ProtoJsonException>(() => KindsSchema.FromJson(Nested(11), options));
        Assert.Throws<ProtoJsonException>(() => KindsSchema.ToJson(new Kinds { Child = message }, options));
        Assert.Throws<ProtoJsonException>(() => KindsSchema.FromJson("{\"value\":" + new string('[', 200_000)));
    }

    [Theory]
    [InlineData("08")]
    [InlineData("00")]
    [InlineData("1AFFFFFFFFFFFFFFFFFF01")]
    [InlineData("72020041FF")]
    [InlineData("7201FF")]
    [InlineData("0B0C")]
    [InlineData("8A0505")]
    // a message in two parts: half a tag at the end of one, which the next would complete
    [InlineData("9A0602F0829A060B08F4BE8CA696A7CCFF9D01")]
    public void Protobuf_Broken_Error(string hex) =>
        Assert.Throws<ProtoJsonException>(() => KindsSchema.ToJson(Convert.FromHexString(hex)));

    [Fact]
    public void Protobuf_FieldsInPartsAndTwice_AsProtobufsOwnReaders()
    {
        // The child in two parts, a oneof that changes its mind, a scalar twice, a packed list that is also sent unpacked.
        byte[] message =
        [
            .. new Kinds { Child = new Kinds { AnInt32 = 1 }, ChosenKinds = new Kinds { AnInt32 = 5 } }.ToByteArray(),
            .. new Kinds { Child = new Kinds { AString = "x" }, AnInt32 = 3, ChosenNumber = 9, Int32S = { 1, 2 } }.ToByteArray(),
            .. new Kinds { AnInt32 = 4, ChosenKinds = new Kinds { AnInt64 = 6 }, Unpacked = { 7 } }.ToByteArray(),
            0xB8, 0x01, 0x08,
        ];
        Assert.Equal(
            """{"anInt32":4,"child":{"anInt32":1,"aString":"x"},"int32s":[1,2,8],"unpacked":[7],"chosenKinds":{"anInt64":"6"}}""",
            KindsSchema.ToJson(message));
    }

    [Fact]
    public void Protobuf_UnknownFieldsAndWrongWireTypes_LeftOut() =>
        Assert.Equal(
            """{"anInt32":1}""", KindsSchema.ToJson(Convert.FromHexString("1801" + "F83E05" + "1D01020304" + "6900000000000000F0")));

    [Fact]
    public void Values_ThatJsonCannotExpress_Refused()
    {
        Assert.Equal("$.value", Assert.Throws<ProtoJsonException>(() => KindsSchema.ToJson(new Kinds { Value = new Value() })).Path);
        Assert.Throws<ProtoJsonException>(() => KindsSchema.ToJson(new Kinds { Value = Value.ForNumber(double.NaN) }));
        Assert.Throws<ProtoJsonException>(() => KindsSchema.ToJson(new Kinds { Time = new Timestamp { Seconds = long.MaxValue } }));
        Assert.Throws<ProtoJsonException>(() => KindsSchema.ToJson(new Kinds { Duration = new Duration { Seconds = 1, Nanos = -1 } }));
        Assert.Throws<ProtoJsonException>(() => KindsSchema.ToJson(new Kinds { Mask = new FieldMask { Paths = { "a__b" } } }));
        Assert.Throws<ProtoJsonException>(
            () => KindsSchema.ToJson(new Kinds { Any = new Any { TypeUrl = "t/none.Such", Value = ByteString.Empty } }));
    }
}
