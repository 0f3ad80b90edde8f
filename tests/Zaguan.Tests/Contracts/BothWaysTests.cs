using System.Buffers;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Contracts;

/// <summary>Contracts in both directions, with whatever a user may be called: what one writes, the other reads as what it was.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class BothWaysTests
{
    private static readonly string[] Pieces = ["{", "}", "[", "]", "\"", ":", ",", "null", "true", "-1", "1e999", "\\u", "\\ud800", "\\", "/*", "\0", "é", "<", "&amp;", "&#", ";", "\n", " ", "token", "\"token\":\"x\"", "99999999999999999999"];

    private static readonly Contract[] Contracts =
    [
        .. Repository.ContractNames.Select(n => Compile(n, Repository.ContractText(n))),
        .. Repository.ExampleNames.Select(n => Compile(n, Repository.ExampleText(n))),
    ];

    private static readonly Gen<string?> Perhaps = Gen.Frequency((1, Gen.Constant<string?>(null)), (4, Chance.Text.Select(t => (string?)t)));

    private static readonly Gen<User> Users =
        from name in Chance.Text
        from email in Perhaps
        from phone in Perhaps
        from given in Perhaps
        from family in Perhaps
        from number in Gen.OneOf(Gen.Choose(0, 9), Gen.Elements(int.MaxValue, 100, 1_000_000))
        from role in Perhaps
        from roleNumber in Gen.Choose(0, 99)
        from attribute in Chance.Json(2, ["a", "b", "ñ"], ["null", "true", "7", "-1.5"])
        select new User
        {
            Id = "0b1c2d3e-4f50-4a61-8b72-9c83ad94be05",
            Number = number,
            Username = $"u{name}",
            Email = email,
            Phone = phone,
            GivenName = given,
            FamilyName = family,
            RoleName = role,
            RoleNumber = role is null ? null : roleNumber,
            Attributes = $$"""{"departamento_id":{{attribute}},"access_id":{{attribute}}}""",
            Active = true,
        };

    [Fact]
    public void What_a_granted_answer_says_of_a_user_is_read_back_as_it_was()
    {
        var inputs = from contract in Gen.Elements(Contracts)
                     from user in Users
                     select (Contract: contract, User: user);
        var bound = 0;

        Chance.Check(inputs, 2_000, Written, input =>
        {
            var values = Values(input.Contract, input.User);
            foreach (var answer in input.Contract.Answers[AnswerName.Granted].All.Where(a => a is { Body: not null, Redirect: null }))
            {
                var bindings = new Bindings();
                var body = answer.Render(values);
                if (!answer.Unify(answer.Status, JsonElement.Parse(body.Span), body.Span, null, bindings))
                {
                    return false;
                }

                foreach (var placeholder in answer.Body!.Values.Where(p => p.Binds && !p.Name.StartsWith(Vocabulary.ItemName, StringComparison.Ordinal)))
                {
                    var said = bindings.Find(placeholder.Name) is { } json ? Value.Of(json).ToText() : "";
                    if (!string.Equals(said, Vocabulary.Find(placeholder.Name)!.Read(values).ToText(), StringComparison.Ordinal))
                    {
                        return false;
                    }

                    bound++;
                }
            }

            return true;
        });

        bound.ShouldBeGreaterThan(2_000);
    }

    [Fact]
    public void A_reply_that_was_damaged_is_read_or_not_and_never_a_fault()
    {
        var replies = from contract in Gen.Elements(Contracts)
                      from user in Users
                      from name in Gen.Elements(contract.Answers.Keys.AsEnumerable())
                      let answer = contract.Answers[name]
                      from body in Chance.Damaged(Gen.Constant(Encoding.UTF8.GetString(answer.Render(Values(contract, user)).Span)), Pieces)
                      select (Contract: contract, answer.Status, Body: body);

        Chance.Check(replies, 3_000, r => $"{r.Contract.Name} {r.Status} {Chance.Literal(r.Body)}", reply =>
        {
            var body = Encoding.UTF8.GetBytes(reply.Body);
            var read = new ReplyReader(reply.Contract.Answers).Read(reply.Status, body);
            var shape = ReplyReader.ShapeOf(body);
            return (read is null || reply.Contract.Answers.ContainsKey(read.Answer)) && shape.Length <= 1_001 && !shape.Any(char.IsControl);
        });
    }

    [Fact]
    public void A_request_that_is_written_as_a_client_writes_it_is_read_as_who_it_was_and_with_what_password()
    {
        var inputs = from contract in Gen.Elements(Contracts.Where(c => c.Decoder.Writer.ContentType is not null))
                     from name in Chance.Text
                     from password in Chance.Text
                     select (Contract: contract, Name: name, Password: password);
        var understood = 0;

        Chance.Check(inputs, 2_000, i => $"{i.Contract.Name} {Chance.Literal(i.Name)} {Chance.Literal(i.Password)}", input =>
        {
            var decoder = input.Contract.Decoder;
            var body = new ArrayBufferWriter<byte>();
            decoder.Writer.Write(body, input.Name, Encoding.UTF8.GetBytes(input.Password));
            if (body.WrittenCount > decoder.Writer.LongestBody(input.Name, Encoding.UTF8.GetByteCount(input.Password), null))
            {
                return false;
            }

            var decoded = decoder.Decode(new RequestInput { Body = body.WrittenSpan, ContentType = decoder.Writer.ContentType });
            using var password = decoded.Password;
            if (decoded.Refusal is not null)
            {
                // Nothing, or a name that the contract's own rules forbid.
                return password is null && decoded.Invalid.Count > 0;
            }

            understood++;
            return string.Equals(Encoding.UTF8.GetString(password!.Reveal()), input.Password, StringComparison.Ordinal)
                && (decoder.Rules.Identifier.Normalise != Normalisation.None || string.Equals(decoded.Identifier, input.Name, StringComparison.Ordinal));
        });

        understood.ShouldBeGreaterThan(500);
    }

    private static string Written((Contract Contract, User User) input) => $"{input.Contract.Name} {JsonSerializer.Serialize(new
    {
        input.User.Username,
        input.User.Email,
        input.User.Phone,
        input.User.GivenName,
        input.User.FamilyName,
        input.User.RoleName,
        input.User.RoleNumber,
        input.User.Number,
        input.User.Attributes,
    })}";

    private static AnswerValues Values(Contract contract, User user) => new()
    {
        User = user,
        Token = "3|ficha",
        RefreshToken = "otra",
        SessionId = "sesión",
        AccessId = 1,
        ExpiresAt = DateTimeOffset.UnixEpoch,
        Invalid = [new("p", InvalidRule.Missing)],
        Request = new(user.Username, [.. contract.Decoder.Rules.Fields.Select(_ => Value.Null)], "https://x", "203.0.113.1"),
        Generated = contract.NewGenerated(),
    };

    private static Contract Compile(string name, string json) => ContractCompiler.Compile(name, name, Encoding.UTF8.GetBytes(json), []) ?? throw new InvalidOperationException(name);
}
