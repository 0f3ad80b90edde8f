using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Zaguan.Applications;
using Zaguan.Contracts;
using Zaguan.Contracts.Learning;
using Zaguan.Contracts.Requests;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Sources;

namespace Zaguan.Admin.ApplicationPages;

/// <param name="Request">As it was sent, but for the password.</param>
/// <param name="Answer">Null: there is none.</param>
/// <param name="Failure">Why there is none, as the end of a sentence.</param>
internal sealed record Tried(string Identifier, string Request, TriedAnswer? Answer, string? Failure);

/// <summary>Without the password, and without a token that anybody could use.</summary>
internal sealed record TriedAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, string Body);

/// <summary>
/// A real login over HTTP to where this very server listens: it is charged, verified and recorded like any other, and there is no second way past the budget.
/// It comes from this machine, so its address is the one that is charged.
/// </summary>
internal sealed partial class TryOut(IServer server, AuditLog audit, TimeProvider clock) : IDisposable
{
    private const string Hidden = "***";

    /// <summary>Longer than any login waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ReplyClient client = new(Patience, clock);

    /// <summary>Null: the server listens nowhere that a client on this machine could name.</summary>
    public Uri? Address => server.Features.Get<IServerAddressesFeature>() is { } listening ? Listening.FromHere(listening.Addresses) : null;

    /// <summary>False: the contract's password travels in the query, in credentials or in parts, which is not written here.</summary>
    public static bool CanWrite(Application application) => application.Contract.Decoder.Writer.ContentType is not null;

    /// <summary>The fields beside identifier and password that a client may send.</summary>
    public static IEnumerable<FieldRule> OtherFields(Application application) => application.Contract.Decoder.Rules.Fields.Where(f => f is { Role: FieldRole.Named, IsSecret: false });

    /// <param name="typed">The other fields' values, by name.</param>
    /// <returns>Null: it cannot be tried here.</returns>
    public async Task<Tried?> SendAsync(Visit visit, Application application, string identifier, string password, IReadOnlyDictionary<string, string> typed)
    {
        if (!CanWrite(application) || Address is not { } address)
        {
            return null;
        }

        using var secret = Secret.FromText(password);
        // Nothing is everywhere, and hides nothing. Some people write their password where another thing belongs.
        var forms = secret.Length == 0 ? null : new PasswordForms(secret);
        var said = forms?.Hide(identifier) ?? identifier;
        // Before it is sent: whatever becomes of it, somebody did it.
        await audit.AppendAsync(visit.Audit(AuditActions.LoginTried, application.Name, after: new { identifier = Client.Clean(said, 256) }));
        var fields = FieldsOf(application, typed);
        using var login = OutgoingLogin.Rendered(application.Contract, identifier, secret, fields);
        var host = application.Hosts is [var first, ..] ? first : visit.Http.Request.Host.ToUriComponent();
        using var request = new HttpRequestMessage(new HttpMethod(application.Contract.Method), new Uri(address, application.Path)) { Content = login };
        request.Headers.Host = host;
        request.Headers.ConnectionClose = true;
        var writer = application.Contract.Decoder.Writer;
        foreach (var (name, value) in writer.Headers(fields))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var shown = Shown(application, host, login.Headers.ContentType!.ToString(), said, FieldsOf(application, typed.ToDictionary(t => t.Key, t => forms?.Hide(t.Value) ?? t.Value, StringComparer.Ordinal)));
        // What was sent is charged and recorded; it is not called back.
        var asked = await client.AskAsync(request, CancellationToken.None);
        return new(said, shown, asked.Reply is { } reply ? Shown(forms?.Hide(reply, new Notes()) ?? reply) : null, asked.Failure);
    }

    public void Dispose() => client.Dispose();

    private static Value[] FieldsOf(Application application, IReadOnlyDictionary<string, string> typed) => [.. application.Contract.Decoder.Rules.Fields.Select(field => !typed.TryGetValue(field.Name, out var text) || field.Role != FieldRole.Named ? Value.Null : field.Type switch
    {
        FieldType.Number when long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) => Value.Of(number),
        FieldType.Flag when bool.TryParse(text, out var flag) => Value.Of(flag),
        FieldType.Text or FieldType.Number or FieldType.Flag or FieldType.Any => Value.Of(text),
    })];

    /// <summary>Written a second time with stars in the place of the password, so that none has to be found and cut out.</summary>
    private static string Shown(Application application, string host, string contentType, string identifier, IReadOnlyList<Value> fields)
    {
        var rules = application.Contract.Decoder.Rules;
        var writer = application.Contract.Decoder.Writer;
        var text = new StringBuilder($"{application.Contract.Method} {application.Path}\nHost: {host}\nContent-Type: {contentType}\n");
        foreach (var (name, value) in writer.Headers(fields))
        {
            var isSecret = string.Equals(name, "Authorization", StringComparison.OrdinalIgnoreCase)
                || rules.Fields.Any(f => (f.IsSecret || Proof.IsIn(f)) && f.Places is [{ Kind: PlaceKind.Header, Path: [var header, ..] }, ..] && string.Equals(header, name, StringComparison.OrdinalIgnoreCase));
            text.Append(name).Append(": ").Append(isSecret ? Hidden : value).Append('\n');
        }

        var body = new System.Buffers.ArrayBufferWriter<byte>();
        writer.Write(body, identifier, Encoding.UTF8.GetBytes(Hidden), directory: null, fields);
        var shown = Trial.Legible(body.WrittenMemory);
        foreach (var field in rules.Fields.Where(Proof.IsIn))
        {
            shown = shown.Replace(Value.Of(field.Constant).ToText(), Hidden, StringComparison.Ordinal);
        }

        return text.Append('\n').Append(shown).ToString();
    }

    private static TriedAnswer Shown(Reply reply) => new(
        reply.Status,
        [.. reply.Headers.SelectMany(h => h.Value.Select(v => (h.Key, Shorten(v ?? ""))))],
        Shorten(Trial.Legible(reply.Body)));

    /// <summary>What could be a token or a session's number keeps its beginning: enough to tell two apart, too little to use.</summary>
    private static string Shorten(string text) => LongWord().Replace(text, word => $"{word.Value[..8]}…");

    [GeneratedRegex(@"[A-Za-z0-9_+/=~.-]{24,}", RegexOptions.NonBacktracking)]
    private static partial Regex LongWord();
}
