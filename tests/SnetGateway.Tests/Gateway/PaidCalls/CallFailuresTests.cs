using Grpc.Core;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.TestKit;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Tests.Gateway.PaidCalls;

/// <summary>The table of a proxy's own failures.</summary>
public sealed class CallFailuresTests
{
    [Theory]
    [InlineData(ForwarderError.NoAvailableDestinations, StatusCode.Unavailable)]
    [InlineData(ForwarderError.Request, StatusCode.Unavailable)]
    [InlineData(ForwarderError.RequestBodyDestination, StatusCode.Unavailable)]
    [InlineData(ForwarderError.ResponseBodyDestination, StatusCode.Unavailable)]
    [InlineData(ForwarderError.RequestTimedOut, StatusCode.DeadlineExceeded)]
    [InlineData(ForwarderError.ResponseHeaders, StatusCode.Internal)]
    [InlineData(ForwarderError.RequestCreation, StatusCode.Internal)]
    [InlineData(ForwarderError.RequestCanceled, StatusCode.Cancelled)]
    [InlineData(ForwarderError.RequestBodyCanceled, StatusCode.Cancelled)]
    [InlineData(ForwarderError.RequestBodyClient, StatusCode.Cancelled)]
    [InlineData(ForwarderError.ResponseBodyCanceled, StatusCode.Cancelled)]
    [InlineData(ForwarderError.ResponseBodyClient, StatusCode.Cancelled)]
    public void ForwarderError_HasItsStatus(ForwarderError error, StatusCode code) =>
        Assert.Equal(code, CallFailures.OfForwarder(error, null).Status.StatusCode);

    [Fact]
    public void EveryForwarderError_HasAStatusAndAText_AndNoneIsOk()
    {
        foreach (ForwarderError error in Enum.GetValues<ForwarderError>())
        {
            Status status = CallFailures.OfForwarder(error, new InvalidOperationException("secret")).Status;
            Assert.NotEqual(StatusCode.OK, status.StatusCode);
            Assert.NotEmpty(status.Detail);
            Assert.DoesNotContain("secret", status.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0x7, StatusCode.Unavailable)]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0xB, StatusCode.ResourceExhausted)]
    [InlineData(0xC, StatusCode.PermissionDenied)]
    [InlineData(0x2, StatusCode.Internal)]
    public void ResetOfTheService_SaysMoreThanTheError(long errorCode, StatusCode code)
    {
        var exception = new HttpRequestException("failed", new HttpProtocolException(errorCode, "reset", null));
        Assert.Equal(code, CallFailures.OfForwarder(ForwarderError.Request, exception).Status.StatusCode);
        Assert.Equal(code, CallFailures.OfForwarder(ForwarderError.ResponseBodyDestination, exception).Status.StatusCode);
    }

    [Theory]
    [InlineData(ForwarderError.Request)]
    [InlineData(ForwarderError.RequestBodyDestination)]
    public void ServiceWithoutHttp2_IsUnreachable_WhetherItsReasonArrivedOrNot(ForwarderError error)
    {
        var told = new HttpRequestException("failed", new HttpProtocolException(0xD, "closed", null));
        Assert.Equal(CallFailures.Unreachable, CallFailures.OfForwarder(error, told));
        Assert.Equal(CallFailures.Unreachable, CallFailures.OfForwarder(ForwarderError.RequestBodyClient, CutOff(told)));
        Assert.Equal(
            CallFailures.Unreachable,
            CallFailures.OfForwarder(error, new HttpRequestException("failed", new IOException("reset by peer"))));
    }

    [Fact]
    [Rule(6)]
    public void BreakWhileTheRequestIsRead_IsTheServices_AndSaysItsCodeIfThereIsOne()
    {
        var reset = new HttpRequestException("failed", new HttpProtocolException(0xB, "reset", null));
        foreach (ForwarderError error in new[]
        {
            ForwarderError.RequestBodyDestination, ForwarderError.RequestBodyClient, ForwarderError.RequestBodyCanceled,
        })
        {
            CallFailure failure = CallFailures.OfForwarder(error, CutOff(reset));
            Assert.Equal((StatusCode.ResourceExhausted, FailureCause.Service), (failure.Status.StatusCode, failure.Cause));
            Assert.Equal(
                CallFailures.Unreachable,
                CallFailures.OfForwarder(error, CutOff(new HttpRequestException("failed", new IOException("no body")))));
        }
    }

    [Fact]
    public void RequestThatTheClientBreaksOff_IsTheClients()
    {
        var failed = new HttpRequestException("failed", new IOException("no body"));
        foreach (Exception read in new Exception[]
        {
            new IOException("reset by the client"), new TaskCanceledException(),
            new Microsoft.AspNetCore.Connections.ConnectionAbortedException(),
        })
        {
            Assert.Equal(
                CallFailures.ClientDisconnected,
                CallFailures.OfForwarder(ForwarderError.RequestBodyClient, new AggregateException(read, failed)));
        }
    }

    [Fact]
    public void EveryHttpStatus_IsNoOk()
    {
        for (int status = 100; status < 600; status++)
        {
            Assert.NotEqual(StatusCode.OK, CallFailures.OfHttpStatus(status).Status.StatusCode);
        }
    }

    /// <summary>What the forwarder reports when the HTTP client itself has stopped the sending of the request.</summary>
    private static AggregateException CutOff(Exception why) =>
        new(new OperationCanceledException(new CancellationToken(canceled: true)), why);
}
