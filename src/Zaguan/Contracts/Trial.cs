using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Learning;
using Zaguan.Contracts.Requests;
using Zaguan.Contracts.Templates;
using Zaguan.Reading;
using Zaguan.Users;

namespace Zaguan.Contracts;

/// <summary>A contract tried out without a database: what it would answer to a user, or to nobody.</summary>
/// <param name="user">Who logs in.</param>
/// <param name="now">The instant of the answers.</param>
internal sealed class Trial(Contract contract, User user, DateTimeOffset now)
{
    /// <summary>What stands for a token: nothing signs here.</summary>
    private const string Token = "<token>";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a request that was read is answered when this becomes of it.</summary>
    public Rendered Answer(AnswerName name, DecodedRequest? request = null)
    {
        var knowsUser = name is AnswerName.Granted or AnswerName.Inactive;
        return new(contract.Answers[StandIn(name)], new AnswerValues
        {
            User = knowsUser ? user : null,
            Token = name == AnswerName.Granted ? Token : null,
            RefreshToken = name == AnswerName.Granted ? "<refresh token>" : null,
            SessionId = "<session>",
            ExpiresAt = now + Lifetime,
            RefreshExpiresAt = name == AnswerName.Granted && contract.Token?.Refresh is { } refresh ? now + LengthOf(refresh.Lifetime) : null,
            AccessId = 1,
            AttemptsLeft = 4,
            RetryAfter = 60,
            RetryAt = now.AddMinutes(1),
            Invalid = request?.Invalid ?? (name is AnswerName.Malformed or AnswerName.Invalid ? contract.Decoder.Rules.MissingFields : []),
            Now = now,
            Request = new(request is { Refusal: null } ? request.Identifier : user.Username, request?.Fields, "https://zaguan.example", "203.0.113.7"),
            Generated = contract.NewGenerated(),
            Settings = FrozenDictionary<string, string>.Empty,
        });
    }

    private TimeSpan Lifetime => LengthOf(contract.Token?.Lifetime);

    /// <summary>An hour, where only the application could tell.</summary>
    private static TimeSpan LengthOf(TextTemplate? written) => written is not null && Duration.TryParse(written.Render(AnswerValues.Nothing), out var lifetime) ? lifetime : TimeSpan.FromHours(1);

    /// <summary>The names whose answers there are; the others take one of these.</summary>
    public IEnumerable<AnswerName> Names => AnswerNames.All.Where(n => n != AnswerName.WrongMethod || contract.Answers.ContainsKey(n));

    /// <summary>The name itself, or that of the answer that stands in for it.</summary>
    public AnswerName StandIn(AnswerName name)
    {
        while (!contract.Answers.ContainsKey(name))
        {
            name = AnswerNames.Fallback(name) ?? throw new InvalidOperationException($"A contract without {name}.");
        }

        return name;
    }

    /// <summary>A body as people read it: JSON on many lines.</summary>
    public static string Legible(ReadOnlyMemory<byte> body) => (Exchange.Parse(body) is { } json ? JsonSerializer.Serialize(json, Indented) : Encoding.UTF8.GetString(body.Span)).TrimEnd('\r', '\n');
}
