using System.Text;
using Microsoft.AspNetCore.Http;
using Zaguan.Contracts;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Contracts;

/// <summary>Requests that an old system may read otherwise than Zaguan does. While the two are compared nobody is charged for one and verified as another.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class AmbiguityTests
{
    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData(""" "identifier": "a.u", "password": "a.p" """, Json, """{"a":{"u":"ana","p":"x"}}""", false)]
    [InlineData(""" "identifier": "a.u", "password": "a.p" """, Json, """{"a":{"u":"ana"},"a":{"p":"x"}}""", true)]
    [InlineData(""" "identifier": "u", "password": "p" """, Json, """{"u":"ana","p":"x","u":"eva"}""", true)]
    [InlineData(""" "from": "form", "identifier": "usuario_login", "password": "p" """, Form, "usuario_login=ana&p=x&otro[0][a-b]=1", false)]
    [InlineData(""" "from": "form", "identifier": "usuario_login", "password": "p" """, Form, "usuario_login=ana&p=x&usuario.login=eva", true)]
    [InlineData(""" "from": "form", "identifier": "usuario_login", "password": "p" """, Form, "usuario_login=ana&p=x&usuario+login=eva", true)]
    [InlineData(""" "from": "form", "identifier": "usuario_login", "password": "p" """, Form, "usuario_login=ana&p=x&usuario%5Blogin=eva", true)]
    public void What_two_may_read_differently_is_known(string request, string contentType, string body, bool expected) => IsAmbiguous(request, contentType, body, new()).ShouldBe(expected);

    [Fact]
    public void A_header_that_comes_twice_is_known()
    {
        const string Request = """ "identifier": "header:X-User", "password": "p" """;
        IsAmbiguous(Request, Json, """{"p":"x"}""", new() { ["X-User"] = "ana" }).ShouldBeFalse();
        IsAmbiguous(Request, Json, """{"p":"x"}""", new() { ["X-User"] = new(["ana", "eva"]) }).ShouldBeTrue();
    }

    private static bool IsAmbiguous(string request, string contentType, string body, HeaderDictionary headers)
    {
        var problems = new Problems();
        var contract = ContractCompiler.Compile("p", "p.json", Encoding.UTF8.GetBytes($$"""
            { "title": "P", "request": { "path": "/x", {{request}} }, "answers": { "granted": { "body": 0 }, "failed": { "body": 2 }, "refused": { "body": 1 } } }
            """), problems);
        problems.ShouldBeEmpty();
        var decoded = contract!.Decoder.Decode(new RequestInput { Body = Encoding.UTF8.GetBytes(body), ContentType = contentType, Headers = headers });
        decoded.Password?.Dispose();
        decoded.Refusal.ShouldBeNull();
        return decoded.IsAmbiguous;
    }
}
