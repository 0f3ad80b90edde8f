using Zaguan.Applications;
using Zaguan.BackEnds;
using Zaguan.Reading;
using Zaguan.Tests.House;

namespace Zaguan.Tests.BackEnds;

/// <summary>Rules are a pure function of method, path and role.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class AccessRuleTests
{
    private static readonly AccessRules Rules = Compile(
        new() { Path = "/api", Roles = ["*"] },
        new() { Path = "/api", Methods = ["DELETE", "PATCH"], Roles = ["Encargado"] },
        new() { Path = "/api/admin", Roles = ["admin"] },
        new() { Path = "/api/admin/", Methods = ["GET"], Roles = ["admin", "Auditoría"] },
        new() { Path = "/api/admin/ayuda", Roles = ["*"] },
        new() { Path = "/", Methods = ["PROPFIND"], Roles = ["admin"] });

    [Theory]
    [InlineData("GET", "/", null, RuleVerdict.Permitted)]
    [InlineData("POST", "/otra/cosa", "vendedor", RuleVerdict.Permitted)]
    [InlineData("GET", "/api", null, RuleVerdict.Permitted)]
    [InlineData("GET", "/api/productos", "vendedor", RuleVerdict.Permitted)]
    // A rule that names the method goes before one that does not.
    [InlineData("DELETE", "/api/productos/1", "vendedor", RuleVerdict.Forbidden)]
    [InlineData("DELETE", "/api/productos/1", null, RuleVerdict.Forbidden)]
    [InlineData("DELETE", "/api/productos/1", "encargado", RuleVerdict.Permitted)]
    [InlineData("DELETE", "/API/Productos/1", "vendedor", RuleVerdict.Forbidden)]
    [InlineData("DELETE", "/%61pi/productos/1", "vendedor", RuleVerdict.Forbidden)]
    // A longer path goes before both.
    [InlineData("DELETE", "/api/admin/1", "encargado", RuleVerdict.Forbidden)]
    [InlineData("DELETE", "/api/admin/1", "ADMIN", RuleVerdict.Permitted)]
    [InlineData("POST", "/api/admin", "auditoría", RuleVerdict.Forbidden)]
    [InlineData("POST", "/api/admin?x=/api/admin/ayuda", "auditoría", RuleVerdict.Forbidden)]
    [InlineData("GET", "/api/admin", "auditoría", RuleVerdict.Permitted)]
    [InlineData("GET", "/api/admin", "AUDITORI\u0301A", RuleVerdict.Permitted)]
    [InlineData("GET", "/api/admin", "auditoria", RuleVerdict.Forbidden)]
    [InlineData("GET", "/api/admin", "", RuleVerdict.Forbidden)]
    [InlineData("POST", "/api/admin/ayuda/1", null, RuleVerdict.Permitted)]
    // HEAD is what GET is.
    [InlineData("HEAD", "/api/admin", "auditoría", RuleVerdict.Permitted)]
    [InlineData("HEAD", "/api/admin", "vendedor", RuleVerdict.Forbidden)]
    // By whole segments.
    [InlineData("POST", "/api/administradores", "vendedor", RuleVerdict.Permitted)]
    [InlineData("POST", "/api/admin-x", "vendedor", RuleVerdict.Permitted)]
    [InlineData("DELETE", "/apis", "vendedor", RuleVerdict.Permitted)]
    // A method is one that everybody knows, or one that a rule names.
    [InlineData("PROPFIND", "/otra", "vendedor", RuleVerdict.Forbidden)]
    [InlineData("PROPFIND", "/otra", "admin", RuleVerdict.Permitted)]
    [InlineData("PROPPATCH", "/otra", "admin", RuleVerdict.Unclear)]
    [InlineData("delete", "/api/productos/1", "encargado", RuleVerdict.Unclear)]
    [InlineData("TRACE", "/otra", "admin", RuleVerdict.Unclear)]
    [InlineData("CONNECT", "/otra", "admin", RuleVerdict.Unclear)]
    [InlineData("", "/otra", "admin", RuleVerdict.Unclear)]
    [InlineData(null, "/otra", "admin", RuleVerdict.Unclear)]
    [InlineData("GET", null, "admin", RuleVerdict.Unclear)]
    [InlineData("GET", "", "admin", RuleVerdict.Unclear)]
    [InlineData("GET", "/api//admin", "admin", RuleVerdict.Unclear)]
    [InlineData("GET", "/api/x/../admin", "admin", RuleVerdict.Unclear)]
    internal void The_longest_path_decides_and_then_the_method(string? method, string? target, string? role, RuleVerdict verdict) =>
        Rules.Judge(method, target, role).ShouldBe(verdict);

    [Theory]
    [InlineData("GET", "/api")]
    [InlineData("BREW", "//..;")]
    [InlineData(null, null)]
    public void Without_rules_every_session_passes(string? method, string? target) =>
        Compile().Judge(method, target, null).ShouldBe(RuleVerdict.Permitted);

    private static AccessRules Compile(params RuleSettings[] rules)
    {
        var problems = new Problems();
        var guard = new GuardCompiler(problems).Compile(new ApplicationSettings { Rules = rules });
        problems.ShouldBeEmpty();
        return guard.Rules;
    }
}
