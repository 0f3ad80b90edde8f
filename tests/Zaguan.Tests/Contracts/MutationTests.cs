using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;
using Zaguan.Tests.House;
using Outcome = Zaguan.Login.Outcome;

namespace Zaguan.Tests.Contracts;

/// <summary>Whatever is done to a contract file or to a request, nothing throws, and what is refused is refused with its place.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class MutationTests
{
    private static readonly string[] Pieces =
        ["{", "}", "{{", "}}", "[", "]", "\"", ":", ",", "null", "true", "-1", "1e999", "0", "\\ud800", "\\", "{token}", "{user.number}", "{invalid}", "{config.X}", "|default:", "|unix", "\"$each\"", "?", "//", "/*", "\u00e9", "\0", "é", " ", "\n"];

    private static readonly string[] Contracts = [.. Repository.ContractNames.Select(Repository.ContractText), .. Repository.ExampleNames.Select(Repository.ExampleText)];

    [Fact]
    public void A_mutated_contract_compiles_or_is_refused_with_a_place()
    {
        var mutation = from text in Gen.Elements(Contracts)
                       from edits in Gen.ListOf(EditGen)
                       select Apply(Encoding.UTF8.GetBytes(text), edits.Take(4));
        Prop.ForAll(mutation.ToArbitrary(), Compiles).Check(Chance.Of(3_000));
    }

    [Fact]
    public void A_random_body_is_understood_or_refused_with_the_fields_that_are_wrong()
    {
        var decoder = ContractCompiler.Compile("romsoft", "romsoft", Encoding.UTF8.GetBytes(Repository.ContractText("romsoft")), [])!.Decoder;
        var mutated = from edits in Gen.ListOf(EditGen)
                      select Apply(Encoding.UTF8.GetBytes(DemoLogin.Romsoft.RightBody[..^1] + ",\"ValidacionAD\":false}"), edits.Take(4));
        var random = from bytes in Gen.ArrayOf(Gen.Choose(0, 255)) select bytes.Select(b => (byte)b).ToArray();
        Prop.ForAll(Gen.OneOf(mutated, random).ToArbitrary(), Decodes).Check(Chance.Of(5_000));

        bool Decodes(byte[] body)
        {
            var decoded = decoder.Decode(body);
            using var password = decoded.Password;
            return decoded.Refusal switch
            {
                null => decoded.Identifier.Length > 0 && password is { Length: > 0 } && decoded.Invalid.Count == 0,
                Outcome.Malformed => decoded.Invalid.Select(i => i.Field).SequenceEqual(["Username", "Password"], StringComparer.Ordinal) && password is null,
                Outcome.Invalid => decoded.Invalid.Count > 0 && password is null,
                _ => false,
            };
        }
    }

    /// <summary>At a place given in thousandths: take away some bytes, put in a piece.</summary>
    private static Gen<(int At, int Taken, string Put)> EditGen =>
        from at in Gen.Choose(0, 1000)
        from taken in Gen.Frequency((3, Gen.Constant(0)), (2, Gen.Choose(1, 3)), (1, Gen.Choose(4, 60)))
        from put in Gen.OneOf(Gen.Constant(""), Gen.Elements(Pieces))
        select (at, taken, put);

    private static byte[] Apply(byte[] text, IEnumerable<(int At, int Taken, string Put)> edits)
    {
        foreach (var (at, taken, put) in edits)
        {
            var from = text.Length * at / 1000;
            text = [.. text.AsSpan(0, from), .. Encoding.UTF8.GetBytes(put), .. text.AsSpan(Math.Min(text.Length, from + taken))];
        }

        return text;
    }

    private static bool Compiles(byte[] json)
    {
        var problems = new Problems();
        var contract = ContractCompiler.Compile("mutado", "mutado.json", json, problems);
        if (contract is null)
        {
            return problems.Count > 0 && problems.All(p => p is { Origin: "mutado.json", Line: > 0, Sentence.Length: > 0 });
        }

        // What compiled renders, whatever is known.
        var values = new AnswerValues { Invalid = [new("uno", InvalidRule.Missing), new("dos", InvalidRule.Empty)], Generated = contract.NewGenerated() };
        foreach (var answer in contract.Answers.Values.SelectMany(a => a.All))
        {
            _ = answer.RenderHeaders(values).Count(h => h.Value.Any(char.IsControl) ? throw new InvalidOperationException(h.Name) : true);
            foreach (var body in new[] { answer.Render(values), answer.CamelCased().Render(values) })
            {
                using var rendered = answer.Body is null ? null : System.Text.Json.JsonDocument.Parse(body);
            }
        }

        return problems.Count == 0;
    }
}
