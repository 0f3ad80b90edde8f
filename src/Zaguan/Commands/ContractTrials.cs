using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Commands;

/// <summary>zaguan contract show, and test: a contract tried out without a database.</summary>
internal sealed class ContractTrials(Terminal terminal)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Headers that contracts say by members of their own.</summary>
    private static readonly string[] Said = [HeaderNames.ContentType, HeaderNames.Location, HeaderNames.SetCookie];

    /// <summary>What every outcome is answered.</summary>
    public async Task<int> ShowAsync(string file, string? userFile)
    {
        var problems = new Problems();
        if (Open(file, userFile, problems) is not { } opened)
        {
            return await TellAsync(problems);
        }

        foreach (var name in AnswerNames.All.Where(n => n != AnswerName.WrongMethod || opened.Contract.Answers.ContainsKey(n)))
        {
            var answer = opened.Trial.Answer(name);
            var (said, isOwn) = (RecordReader.SpellingOf(name), opened.Contract.Answers.ContainsKey(name));
            await terminal.Output.WriteLineAsync(isOwn ? said : $"{said}, as {RecordReader.SpellingOf(StandIn(opened.Contract, name))}");
            if (isOwn)
            {
                await WriteAsync(answer);
            }
        }

        return ExitCode.Done;
    }

    /// <summary>Every file of a folder: the request is read and its outcome answered, and what differs from the file is told.</summary>
    public async Task<int> TestAsync(string file, string folder)
    {
        if (!Directory.Exists(folder))
        {
            return await terminal.RefuseAsync($"There is no folder {folder}.");
        }

        var problems = new Problems();
        var userFile = Path.Combine(folder, "user.json");
        var opened = Open(file, File.Exists(userFile) ? userFile : null, problems);
        var cases = Directory.EnumerateFiles(folder, "*.http").Order(StringComparer.Ordinal).Select(f => TrialCase.Read(f, problems)).OfType<TrialCase>().ToList();
        if (opened is null || problems.Count > 0)
        {
            return await TellAsync(problems);
        }

        if (cases.Count == 0)
        {
            return await terminal.RefuseAsync($"There is no request in {folder}: they are files that end in .http.");
        }

        var code = ExitCode.Done;
        foreach (var @case in cases)
        {
            var differences = Try(opened.Value, @case).ToList();
            await terminal.Output.WriteLineAsync(Printing.Printable(differences.Count == 0 ? $"{@case.Name}: as written" : $"{@case.Name}: {string.Join(' ', differences)}"));
            code = differences.Count == 0 ? code : ExitCode.Different;
        }

        return code;
    }

    private static IEnumerable<string> Try((Contract Contract, Trial Trial) opened, TrialCase @case)
    {
        var (path, query) = @case.Request.Target.Split('?', 2) is [var before, var behind] ? (before, "?" + behind) : (@case.Request.Target, "");
        if (!string.Equals(path.TrimEnd('/'), opened.Contract.Path.TrimEnd('/'), StringComparison.OrdinalIgnoreCase))
        {
            return [$"The contract's path is {opened.Contract.Path}, not {path}."];
        }

        if (!string.Equals(@case.Request.Method, opened.Contract.Method, StringComparison.OrdinalIgnoreCase))
        {
            return opened.Contract.Answers.ContainsKey(AnswerName.WrongMethod) ? Compare(opened.Trial.Answer(AnswerName.WrongMethod), @case)
                : @case.Status == StatusCodes.Status405MethodNotAllowed ? [] : [$"Another method is answered 405, not {@case.Status}."];
        }

        var headers = new HeaderDictionary();
        foreach (var (name, value) in @case.Request.Headers)
        {
            headers.Append(name, value);
        }

        var request = opened.Contract.Decoder.Decode(new RequestInput { Body = Encoding.UTF8.GetBytes(@case.Request.Body), ContentType = headers[HeaderNames.ContentType], Headers = headers, Query = query });
        using var password = request.Password;
        var isTold = @case.Outcome is Outcome.Malformed or Outcome.Invalid;
        if (request.Refusal is { } refusal && @case.Outcome is { } expected && expected != refusal)
        {
            return [$"The request is read as {refusal}, not as {expected}."];
        }

        if (request.Refusal is null && (isTold || @case.Outcome is null))
        {
            return [isTold ? $"The request is understood, and not {@case.Outcome}." : "The request is understood; the file lacks its \"outcome\"."];
        }

        return Compare(opened.Trial.Answer(AnswerNames.Of(request.Refusal ?? @case.Outcome!.Value), request), @case);
    }

    private static IEnumerable<string> Compare(Rendered answer, TrialCase @case)
    {
        if (answer.Status != @case.Status)
        {
            yield return $"The status is {answer.Status}, not {@case.Status}.";
        }

        var headers = answer.Headers();
        // What Zaguan decides for every answer is not the contract's to say.
        foreach (var expected in @case.AnswerHeaders.Where(h => Said.Contains(h.Name, StringComparer.OrdinalIgnoreCase) || !AnswerCompiler.IsReserved(h.Name)).GroupBy(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase))
        {
            if (!expected.All(e => headers[expected.Key].Any(h => IsLike(h ?? "", e))))
            {
                yield return $"The header {expected.Key} is {(headers.TryGetValue(expected.Key, out var said) ? $"\"{said}\"" : "not there")}, not \"{string.Join(", ", expected)}\".";
            }
        }

        var body = Encoding.UTF8.GetString(answer.Body.Span);
        foreach (var difference in CompareBodies(body, @case.AnswerBody))
        {
            yield return difference;
        }
    }

    private static IEnumerable<string> CompareBodies(string body, string expected)
    {
        if (TryParse(expected) is not { } should || TryParse(body) is not { } actual)
        {
            return IsLike(body, expected) ? [] : ["The body is another one."];
        }

        return Compare(actual, should, "");
    }

    private static IEnumerable<string> Compare(JsonElement actual, JsonElement expected, string pointer)
    {
        if (expected.ValueKind == JsonValueKind.String && expected.GetString() is ['<', .., '>'])
        {
            return actual.ValueKind == JsonValueKind.Null ? [$"At {pointer} there is null."] : [];
        }

        if (actual.ValueKind != expected.ValueKind)
        {
            return [$"At {Root(pointer)} there is {actual.GetRawText()}, not {expected.GetRawText()}."];
        }

        return expected.ValueKind switch
        {
            JsonValueKind.Object => CompareMembers(actual, expected, pointer),
            JsonValueKind.Array when actual.GetArrayLength() == expected.GetArrayLength() => actual.EnumerateArray().Zip(expected.EnumerateArray()).SelectMany((e, i) => Compare(e.First, e.Second, $"{pointer}/{i.ToString(CultureInfo.InvariantCulture)}")),
            _ => JsonElement.DeepEquals(actual, expected) ? [] : [$"At {Root(pointer)} there is {actual.GetRawText()}, not {expected.GetRawText()}."],
        };
    }

    private static IEnumerable<string> CompareMembers(JsonElement actual, JsonElement expected, string pointer)
    {
        foreach (var member in expected.EnumerateObject())
        {
            foreach (var difference in actual.TryGetProperty(member.Name, out var value) ? Compare(value, member.Value, SourceNode.Step(pointer, member.Name)) : [$"{SourceNode.Step(pointer, member.Name)} is missing."])
            {
                yield return difference;
            }
        }

        foreach (var extra in actual.EnumerateObject().Where(m => !expected.TryGetProperty(m.Name, out _)))
        {
            yield return $"{SourceNode.Step(pointer, extra.Name)} is too much.";
        }
    }

    private static string Root(string pointer) => pointer.Length == 0 ? "the root" : pointer;

    /// <summary>Whether a text is another, in which a piece in angle brackets stands for anything.</summary>
    private static bool IsLike(string actual, string expected) => expected.IndexOf('<', StringComparison.Ordinal) is >= 0 and var open && expected.IndexOf('>', open) is > 0 and var close
        ? actual.Length >= expected.Length - (close - open + 1) && actual.StartsWith(expected[..open], StringComparison.Ordinal) && actual.EndsWith(expected[(close + 1)..], StringComparison.Ordinal)
        : string.Equals(actual, expected, StringComparison.Ordinal);

    private static JsonElement? TryParse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private (Contract Contract, Trial Trial)? Open(string file, string? userFile, Problems problems)
    {
        var contract = ContractLibrary.CompileFile(file, problems);
        var user = userFile is null ? TrialUser.Somebody : TrialUser.Read(userFile, problems);
        return contract is null || problems.Count > 0 ? null : (contract, new(contract, user.ToUser(), terminal.Clock.GetUtcNow()));
    }

    private async Task<int> TellAsync(Problems problems)
    {
        foreach (var problem in problems)
        {
            await terminal.Output.WriteLineAsync(Printing.Printable(problem.ToString()));
        }

        return ExitCode.Problems;
    }

    private static AnswerName StandIn(Contract contract, AnswerName name)
    {
        while (!contract.Answers.ContainsKey(name))
        {
            name = AnswerNames.Fallback(name)!.Value;
        }

        return name;
    }

    private async Task WriteAsync(Rendered answer)
    {
        await terminal.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {answer.Status}"));
        foreach (var (name, values) in answer.Headers())
        {
            foreach (var value in values)
            {
                await terminal.Output.WriteLineAsync(Printing.Printable($"  {name}: {value}"));
            }
        }

        var body = Encoding.UTF8.GetString(answer.Body.Span);
        var shown = TryParse(body) is { } json ? JsonSerializer.Serialize(json, Indented) : Printing.Printable(body);
        foreach (var line in shown.Split('\n').Where(l => l.Length > 0))
        {
            await terminal.Output.WriteLineAsync(Printing.Printable($"  {line.TrimEnd('\r')}"));
        }
    }
}
