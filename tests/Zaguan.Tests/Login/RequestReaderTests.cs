using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Applications;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Login;

public sealed class RequestReaderTests
{
    [Fact]
    public async Task A_connection_that_the_client_reset_is_given_up_and_no_fault_of_ours()
    {
        var body = new Pipe();
        await body.Writer.CompleteAsync(new IOException("Connection reset by peer"));
        var http = new DefaultHttpContext();
        http.Features.Set<IRequestBodyPipeFeature>(new Body(body.Reader));
        var connection = new Connection();
        http.Features.Set<IHttpRequestLifetimeFeature>(connection);
        await using var house = await TestHouse.OpenAsync();
        var application = house.Services.GetRequiredService<RunningApplications>().Table.Applications[0];

        (await RequestReader.ReadAsync(http.Request, application, http.RequestAborted)).ShouldBeNull();

        connection.IsAborted.ShouldBeTrue();
    }

    private sealed class Connection : IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;
    }

    private sealed class Body(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}
