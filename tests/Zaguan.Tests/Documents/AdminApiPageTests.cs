using Zaguan.Admin.Api;

namespace Zaguan.Tests.Documents;

/// <summary>docs/admin-api.md names every scope.</summary>
public sealed class AdminApiPageTests
{
    [Fact]
    public void Scopes_are_those_that_there_are() =>
        new Page("docs/admin-api.md").Table("A key", "scope").Select(r => $"{Page.Plain(r[0])}: {r[1]}").ShouldBe(ApiScopes.All.Select(s => $"{s.Name}: {s.English}"));
}
