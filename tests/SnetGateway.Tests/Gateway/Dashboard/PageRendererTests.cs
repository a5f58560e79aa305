using System.Text;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.Gateway.Dashboard;
using SnetGateway.Payments.Records;
using Xunit;

namespace SnetGateway.Tests.Gateway.Dashboard;

/// <summary>Pages that read asynchronously.</summary>
public sealed class PageRendererTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().BuildServiceProvider();
    private readonly MemoryStream _sent = new();
    private readonly DefaultHttpContext _context = new();

    public PageRendererTests()
    {
        _context.RequestServices = _services;
        _context.Response.Body = _sent;
    }

    public void Dispose()
    {
        _services.Dispose();
        _sent.Dispose();
    }

    [Fact]
    public async Task Page_IsRenderedOnce_WhenEverythingWasRead()
    {
        await PageRenderer.SendAsync<SlowPage>(_context);
        Assert.Equal("<p>read, rendered 1 times</p>", Encoding.UTF8.GetString(_sent.ToArray()));
        Assert.Equal("text/html; charset=utf-8", _context.Response.ContentType);
    }

    [Fact]
    public async Task PageWhoseReadingFails_ThrowsIt_AndNothingIsSent()
    {
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => PageRenderer.SendAsync<SlowPage>(_context, (nameof(SlowPage.Fails), true)));
        Assert.Equal(0, _sent.Length);
        Assert.Null(_context.Response.ContentType);
    }

    private sealed class SlowPage : DashboardPage
    {
        private string? _read;
        private int _rendered;

        [Microsoft.AspNetCore.Components.Parameter]
        public bool Fails { get; set; }

        protected override async Task OnInitializedAsync()
        {
            await Task.Yield();
            _read = Fails ? throw new StoreUnavailableException("it is down") : "read";
        }

        protected override void BuildRenderTree(RenderTreeBuilder builder) =>
            builder.AddMarkupContent(0, $"<p>{_read}, rendered {++_rendered} times</p>");
    }
}
