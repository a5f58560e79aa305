using SnetGateway.Gateway.PaidCalls;
using SnetGateway.GrpcWire.Statuses;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Tests.Gateway.PaidCalls;

/// <summary>The table of a proxy's own failures.</summary>
public sealed class CallFailuresTests
{
    [Theory]
    [InlineData(ForwarderError.NoAvailableDestinations, GrpcStatusCode.Unavailable)]
    [InlineData(ForwarderError.Request, GrpcStatusCode.Unavailable)]
    [InlineData(ForwarderError.RequestBodyDestination, GrpcStatusCode.Unavailable)]
    [InlineData(ForwarderError.ResponseBodyDestination, GrpcStatusCode.Unavailable)]
    [InlineData(ForwarderError.RequestTimedOut, GrpcStatusCode.DeadlineExceeded)]
    [InlineData(ForwarderError.ResponseHeaders, GrpcStatusCode.Internal)]
    [InlineData(ForwarderError.RequestCreation, GrpcStatusCode.Internal)]
    [InlineData(ForwarderError.RequestCanceled, GrpcStatusCode.Cancelled)]
    [InlineData(ForwarderError.RequestBodyCanceled, GrpcStatusCode.Cancelled)]
    [InlineData(ForwarderError.RequestBodyClient, GrpcStatusCode.Cancelled)]
    [InlineData(ForwarderError.ResponseBodyCanceled, GrpcStatusCode.Cancelled)]
    [InlineData(ForwarderError.ResponseBodyClient, GrpcStatusCode.Cancelled)]
    public void ForwarderError_HasItsStatus(ForwarderError error, GrpcStatusCode code) =>
        Assert.Equal(code, CallFailures.OfForwarder(error, null).Status.Code);

    [Fact]
    public void EveryForwarderError_HasAStatusAndAText_AndNoneIsOk()
    {
        foreach (ForwarderError error in Enum.GetValues<ForwarderError>())
        {
            GrpcStatus status = CallFailures.OfForwarder(error, new InvalidOperationException("secret")).Status;
            Assert.False(status.IsOk);
            Assert.NotEmpty(status.Message);
            Assert.DoesNotContain("secret", status.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0x7, GrpcStatusCode.Unavailable)]
    [InlineData(0x8, GrpcStatusCode.Cancelled)]
    [InlineData(0xB, GrpcStatusCode.ResourceExhausted)]
    [InlineData(0xC, GrpcStatusCode.PermissionDenied)]
    [InlineData(0x2, GrpcStatusCode.Internal)]
    public void ResetOfTheService_SaysMoreThanTheError(long errorCode, GrpcStatusCode code)
    {
        var exception = new HttpRequestException("failed", new HttpProtocolException(errorCode, "reset", null));
        Assert.Equal(code, CallFailures.OfForwarder(ForwarderError.Request, exception).Status.Code);
        Assert.Equal(code, CallFailures.OfForwarder(ForwarderError.ResponseBodyDestination, exception).Status.Code);
    }

    [Theory]
    [InlineData(ForwarderError.Request)]
    [InlineData(ForwarderError.RequestBodyDestination)]
    public void ServiceWithoutHttp2_IsUnreachable_WhetherItsReasonArrivedOrNot(ForwarderError error)
    {
        var told = new HttpRequestException("failed", new HttpProtocolException(0xD, "closed", null));
        Assert.Equal(CallFailures.Unreachable, CallFailures.OfForwarder(error, told));
        Assert.Equal(CallFailures.Unreachable, CallFailures.OfForwarder(ForwarderError.RequestBodyClient, CutOff(told)));
        Assert.Equal(CallFailures.Unreachable, CallFailures.OfForwarder(error, new HttpRequestException("failed", new IOException("reset by peer"))));
    }

    [Fact]
    public void BreakWhileTheRequestIsRead_IsTheServices_AndSaysItsCodeIfThereIsOne()
    {
        var reset = new HttpRequestException("failed", new HttpProtocolException(0xB, "reset", null));
        foreach (ForwarderError error in new[] { ForwarderError.RequestBodyDestination, ForwarderError.RequestBodyClient, ForwarderError.RequestBodyCanceled })
        {
            CallFailure failure = CallFailures.OfForwarder(error, CutOff(reset));
            Assert.Equal((GrpcStatusCode.ResourceExhausted, FailureCause.Service), (failure.Status.Code, failure.Cause));
            Assert.Equal(CallFailures.Unreachable, CallFailures.OfForwarder(error, CutOff(new HttpRequestException("failed", new IOException("no body")))));
        }
    }

    [Fact]
    public void RequestThatTheClientBreaksOff_IsTheClients()
    {
        var failed = new HttpRequestException("failed", new IOException("no body"));
        foreach (Exception read in new Exception[] { new IOException("reset by the client"), new TaskCanceledException(), new Microsoft.AspNetCore.Connections.ConnectionAbortedException() })
        {
            Assert.Equal(CallFailures.ClientLeft, CallFailures.OfForwarder(ForwarderError.RequestBodyClient, new AggregateException(read, failed)));
        }
    }

    [Fact]
    public void EveryHttpStatus_IsNoOk()
    {
        for (int status = 100; status < 600; status++)
        {
            Assert.False(CallFailures.OfHttpStatus(status).Status.IsOk);
        }
    }

    /// <summary>What the forwarder reports when the HTTP client itself has stopped the sending of the request.</summary>
    private static AggregateException CutOff(Exception why) => new(new OperationCanceledException(new CancellationToken(canceled: true)), why);
}
