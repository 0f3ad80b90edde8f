using FsCheck;
using FsCheck.Fluent;
using Zaguan.Sources.Ldap;
using Zaguan.Tests.House;
using Outcome = Zaguan.Login.Outcome;

namespace Zaguan.Tests.Sources.Ldap;

/// <summary>What is typed never changes the meaning of a name or a filter.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class NameTests
{
    [Theory]
    [InlineData("(sAMAccountName={username})", "ana", "(sAMAccountName=ana)")]
    [InlineData("(sAMAccountName={username})", "*", "(sAMAccountName=\\2a)")]
    [InlineData("(sAMAccountName={username})", "a)(b=*", "(sAMAccountName=a\\29\\28b=\\2a)")]
    [InlineData("(cn={username})", "ñ\\\0é", "(cn=ñ\\5c\\00é)")]
    [InlineData("(&(objectClass=user)(mail={username}@clinica.example))", "o'hara", "(&(objectClass=user)(mail=o'hara@clinica.example))")]
    [InlineData("(|(cn={username})(mail={username}))", "{username}", "(|(cn={username})(mail={username}))")]
    [InlineData("(cn={username})", "{identifier}", "(cn={identifier})")]
    public void Name_in_a_filter_is_escaped(string template, string name, string filter) =>
        SearchFilter.Compile(template, out _)!.For(new(name, name)).ShouldBe(filter);

    /// <summary>RFC 4515 §3.</summary>
    [Fact]
    public void Escaped_value_has_nothing_that_means_something_in_a_filter() =>
        Prop.ForAll<string?>(text =>
        {
            var escaped = SearchFilter.Escape(text ?? "");
            return !escaped.AsSpan().ContainsAny("*()\0") && string.Equals(Unescape(escaped), text ?? "", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("ana", "ana")]
    [InlineData("Núñez, José", "Núñez\\, José")]
    [InlineData("#1", "\\#1")]
    [InlineData(" a b ", "\\ a b\\ ")]
    [InlineData(" ", "\\ ")]
    [InlineData("a\"b+c;d<e>f\\g=h", "a\\\"b\\+c\\;d\\<e\\>f\\\\g\\=h")]
    [InlineData("a\0b", "a\\00b")]
    public void Value_in_a_distinguished_name_is_escaped(string value, string escaped) => BindName.EscapeForDistinguishedName(value).ShouldBe(escaped);

    [Theory]
    [InlineData("{username}@clinica.example", "ana", "ana@clinica.example")]
    [InlineData("CLINICA\\{username}", "Ana María", "CLINICA\\Ana María")]
    [InlineData("{identifier}@clinica.example", "ñandú", "ñandú@clinica.example")]
    [InlineData("uid={username},ou=gente,dc=clinica", "a,b", "uid=a\\,b,ou=gente,dc=clinica")]
    [InlineData("{username}@clinica.example", "ana@otra.example", null)]
    [InlineData("{username}@clinica.example", "OTRA\\ana", null)]
    [InlineData("{username}@clinica.example", "otra.example/Users/ana", null)]
    [InlineData("{username}@clinica.example", "CN=ana", null)]
    [InlineData("CLINICA\\{username}", "ana@otra.example", null)]
    [InlineData("CLINICA\\{username}", "a\tb", null)]
    [InlineData("CLINICA\\{username}", "a\0", null)]
    [InlineData("uid={username},dc=clinica", "a\0", null)]
    public void Name_in_a_template_is_a_name_or_nobodys(string template, string name, string? bound) =>
        BindName.Compile(template, out _)!.For(new(name, name)).ShouldBe(bound);

    [Theory]
    [InlineData("administrator@clinica.example")]
    [InlineData("{username}")]
    [InlineData("{user}@clinica.example")]
    [InlineData("{username}@")]
    [InlineData("\\{username}")]
    [InlineData("{username}@a@b")]
    [InlineData("CLINICA/{username}")]
    [InlineData("x{username}@clinica.example")]
    public void Template_of_another_form_is_objected_to(string template)
    {
        BindName.Compile(template, out var objection).ShouldBeNull();
        objection.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 525, v4563", Outcome.UnknownUser)]
    [InlineData("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 52e, v1db1", Outcome.WrongPassword)]
    [InlineData("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 530, v1db1", Outcome.Inactive)]
    [InlineData("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 531, v1db1", Outcome.Inactive)]
    [InlineData("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 532, v1db1", Outcome.PasswordExpired)]
    [InlineData("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 533, v1db1", Outcome.Inactive)]
    [InlineData("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 701, v1db1", Outcome.Inactive)]
    [InlineData("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 773, v1db1", Outcome.PasswordMustChange)]
    [InlineData("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 775, v1db1", Outcome.LockedAtSource)]
    [InlineData("80090346: LdapErr: DSID-0C090593, comment: AcceptSecurityContext error, data 80090346, v4563", Outcome.SourceUnclear)]
    [InlineData("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 52f, v1db1", Outcome.SourceUnclear)]
    [InlineData("", Outcome.WrongPassword)]
    [InlineData(null, Outcome.WrongPassword)]
    public void Refusal_is_what_its_code_says(string? diagnostic, object outcome) => BindRefusal.Of(diagnostic).Outcome.ShouldBe((Outcome)outcome);

    private static string Unescape(string escaped) =>
        System.Text.RegularExpressions.Regex.Replace(escaped, @"\\(?<code>[0-9a-f]{2})", m => ((char)Convert.ToInt32(m.Groups["code"].Value, 16)).ToString(), System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
}
