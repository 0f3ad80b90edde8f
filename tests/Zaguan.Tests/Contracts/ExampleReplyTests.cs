using System.Text;
using System.Text.Json;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Contracts;

/// <summary>The examples in reverse: what each of them answers is recognised as that, and the granted answer gives the user back.</summary>
public sealed class ExampleReplyTests
{
    public static TheoryData<string> Examples => new(Repository.ExampleNames);

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_answer_is_recognised_with_its_outcome_and_a_granted_one_gives_back_what_it_says_of_the_user(string example)
    {
        var contract = ContractCompiler.Compile(example, example, Encoding.UTF8.GetBytes(Repository.ExampleText(example)), [])!;
        var reader = new ReplyReader(contract.Answers);
        var user = ExampleHouse.Users.First(u => string.Equals(u.User.Realm, example, StringComparison.Ordinal)) is var (_, role, number, made) ? new Zaguan.Users.User
        {
            Number = made.Number ?? 7,
            Id = made.Id ?? "siete",
            Username = made.Username,
            Email = made.Email,
            GivenName = made.GivenName,
            FamilyName = made.FamilyName,
            RoleName = role,
            RoleNumber = role is null ? null : number,
            Attributes = made.Attributes,
            Active = true,
        } : throw new InvalidOperationException(example);
        var values = new AnswerValues
        {
            User = user,
            Token = "3|tok",
            RefreshToken = "otro",
            ExpiresAt = DateTimeOffset.UnixEpoch,
            Invalid = [new("p", InvalidRule.Missing)],
            Request = new(user.Username, [.. contract.Decoder.Rules.Fields.Select(_ => Value.Null)], "https://x", "203.0.113.1"),
            Generated = contract.NewGenerated(),
        };
        foreach (var (name, answers) in contract.Answers.Where(a => a.Key != AnswerName.WrongMethod))
        {
            foreach (var answer in answers.All)
            {
                var read = reader.Read(answer.Status, answer.Render(values));
                // Where two answers are the same bytes, the first in the order of the reader is as good.
                var alike = contract.Answers.Where(o => o.Value.All.Any(a => a.IsAlike(answer))).Select(o => o.Key).ToHashSet();
                (read?.Answer is { } said && (said == name || alike.Contains(said))).ShouldBeTrue($"{example}: {name} is read as {read?.Answer}");
                if (name == AnswerName.Granted)
                {
                    CheckUser(answer, read!.Bindings, values);
                }
            }
        }
    }

    /// <summary>Every value of the user's that stands in the body comes back as it went in.</summary>
    private static void CheckUser(Answer answer, Bindings said, AnswerValues values)
    {
        foreach (var placeholder in (answer.Body?.Values ?? []).Where(p => p.Binds && !p.Name.StartsWith("item", StringComparison.Ordinal)))
        {
            var expected = Vocabulary.Find(placeholder.Name)!.Read(values);
            (said.Find(placeholder.Name) is { } bound ? Value.Of(bound) : Value.Null).ToText().ShouldBe(expected.ToText(), placeholder.Name);
        }

        if (values.User!.Attributes is { } attributes && answer.Body is Zaguan.Contracts.Templates.ObjectTemplate body && body.Members.Any(m => m.Name is "empresas"))
        {
            JsonElement.DeepEquals(said.Find("user.attributes.empresas")!.Value, JsonElement.Parse(attributes).GetProperty("empresas")).ShouldBeTrue();
            JsonElement.DeepEquals(said.Find("user.attributes.permisos")!.Value, JsonElement.Parse(attributes).GetProperty("permisos")).ShouldBeTrue();
        }
    }
}
