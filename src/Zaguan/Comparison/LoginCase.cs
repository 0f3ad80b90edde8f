using System.Net;
using System.Net.Http.Headers;
using Zaguan.Login;

namespace Zaguan.Comparison;

/// <summary>A login endpoint that can be asked.</summary>
/// <param name="Host">What the request says in place of the address's host; null: that.</param>
internal sealed record LoginAddress(Uri Url, string? Host = null);

/// <summary>One request that both systems get.</summary>
/// <param name="Method">As the contract says.</param>
/// <param name="ContentType">Empty: it says none.</param>
/// <param name="Secrets">What is in it that nothing may repeat.</param>
internal sealed record LoginCase(string Name, string Method, ReadOnlyMemory<byte> Body, string ContentType, IReadOnlyList<Secret> Secrets)
{
    /// <summary>Those that a contract's constants say, Basic credentials of the client among them.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public HttpRequestMessage ToRequest(LoginAddress address)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(Method), address.Url) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Host = address.Host;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("zaguan-compare", null));
        foreach (var (name, value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Content = new ReadOnlyMemoryContent(Body);
        if (ContentType.Length > 0)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        }

        return request;
    }
}
