using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Zaguan.Tests.House;

/// <summary>A reverse proxy whose address is known before the server behind it runs, as a public one is.</summary>
internal sealed class FrontDoor : IAsyncDisposable
{
    private readonly WebApplication proxy;
    private HttpClient? behind;

    private FrontDoor(WebApplication proxy) => this.proxy = proxy;

    public string Address => proxy.Urls.First();

    public static async Task<FrontDoor> OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var door = new FrontDoor(builder.Build());
        door.proxy.Run(door.ForwardAsync);
        await door.proxy.StartAsync();
        return door;
    }

    public void LeadTo(TestHouse house) => behind = house.Client;

    public ValueTask DisposeAsync() => proxy.DisposeAsync();

    private async Task ForwardAsync(HttpContext http)
    {
        using var answer = await behind!.GetAsync(http.Request.Path + http.Request.QueryString, http.RequestAborted);
        http.Response.StatusCode = (int)answer.StatusCode;
        http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        http.Response.Headers.CacheControl = answer.Headers.CacheControl?.ToString();
        await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}
