using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Zaguan.Applications;
using Zaguan.Budgets;
using Zaguan.Contracts;
using Zaguan.Reading;

namespace Zaguan.Sources;

/// <summary>Where an application's passwords are checked, as configured → what is asked, or every problem with it.</summary>
internal sealed class SourceCompiler(IReadOnlyDictionary<string, Contract> contracts, List<string> notices, Problems problems)
{
    /// <summary>What remains of a charge's life is for the hash.</summary>
    public static readonly TimeSpan LongestDeadline = BudgetStore.LongestVerification / 2;

    public Upstream? Compile(string name, ApplicationSettings settings, Contract contract)
    {
        var at = settings.Node!;
        if (settings.Sources.Count == 0)
        {
            problems.Add(at.At("Sources"), "An application checks passwords somewhere: \"Sources\" lists local, ldap and upstream, or some of them.");
        }

        foreach (var twice in settings.Sources.GroupBy(s => s).Where(g => g.Count() > 1))
        {
            problems.Add(at.At("Sources"), $"\"{RecordReader.SpellingOf(twice.Key)}\" is listed twice; a source is asked once.");
        }

        CheckDeadline(settings.SourcesDeadline, at.At("SourcesDeadline"));
        CheckOrder(settings, at);
        return settings.Upstream is { Node: { Kind: NodeKind.Object } node } upstream ? Compile(name, upstream, node, settings, contract) : null;
    }

    private void CheckOrder(ApplicationSettings settings, SourceNode at)
    {
        var isListed = settings.Sources.Contains(Source.Upstream);
        if (isListed && settings.Upstream is null)
        {
            problems.Add(at.At("Sources"), "The source upstream needs to know where the old system is: { \"Upstream\": { \"Url\": \"http://10.0.0.7/api/login\" } }.");
        }
        else if (!isListed && settings.Upstream is not null)
        {
            problems.Add(at.At("Upstream"), "The old system is not asked: \"Sources\" does not list upstream. List it (\"Sources\": [\"local\", \"upstream\"]), or leave \"Upstream\" out.");
        }
        else if (isListed && settings.Sources.TakeWhile(s => s != Source.Upstream).All(s => s != Source.Local))
        {
            problems.Add(at.At("Sources"), "\"local\" stands before \"upstream\": who has come over has a password here, and is verified by it.");
        }
    }

    private Upstream? Compile(string name, UpstreamSettings upstream, SourceNode node, ApplicationSettings settings, Contract contract)
    {
        CheckDeadline(upstream.Deadline, node.At("Deadline"));
        var spoken = contract;
        if (upstream.Contract is { } other && !contracts.TryGetValue(other, out spoken))
        {
            problems.Add(node.At("Contract"), $"There is no contract \"{other}\" (known: {string.Join(", ", contracts.Keys.Order(StringComparer.Ordinal))}).{Nearest.Suggestion(other, contracts.Keys)}");
        }

        var reader = spoken is null ? null : new ReplyReader(Application.AnswersOf(spoken, settings.PropertyNaming));
        if (reader?.Confusion is { } confusion)
        {
            problems.Add(node, $"The contract \"{spoken!.Name}\" has one and the same answer for {RecordReader.SpellingOf(confusion.Refusal)} and {RecordReader.SpellingOf(confusion.Failure)}: nobody could tell a wrong password from an old system that is broken. Zaguan cannot ask it.");
        }

        if (spoken is { Decoder.Writer.ContentType: null })
        {
            problems.Add(node, $"A password of the contract \"{spoken.Name}\" travels in a query, in a header or in parts of a body; Zaguan asks old systems that take JSON or a form.");
        }

        if (spoken is not null && reader is not null && !UpstreamSource.NamesOf(spoken).Any(reader.Tells))
        {
            problems.Add(node, $"The granted answer of the contract \"{spoken.Name}\" does not say {string.Join(" or ", UpstreamSource.NamesOf(spoken).Select(n => $"\"{{{n}}}\""))}: of a reply nobody could tell whose it is, and names that are two here may be one over there. Zaguan cannot ask it.");
        }

        if (upstream is { Mode: UpstreamMode.Compare, Contract: { } foreign } && !string.Equals(foreign, contract.Name, StringComparison.Ordinal))
        {
            problems.Add(node.At("Contract"), $"The old system's reply is what clients get while it is compared, and they speak \"{contract.Name}\"; leave \"Contract\" out.");
        }

        var authorities = ReadAuthorities(upstream, node);
        if (upstream.Url is null)
        {
            return null;
        }

        if (!Uri.TryCreate(upstream.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            problems.Add(node.At("Url"), $"\"Url\" is the address of the old login endpoint: \"http://10.0.0.7:8080/api/login\", not \"{upstream.Url}\".");
            return null;
        }

        if (url is { Scheme: "http", IsLoopback: false })
        {
            notices.Add($"\"{name}\" sends passwords to the old system as plain text ({url.GetLeftPart(UriPartial.Authority)}). Whoever listens on the way reads them; use https, or a network of their own.");
        }

        return reader is null ? null : new(url, spoken!, reader, upstream.Mode, upstream.Deadline, authorities);
    }

    private void CheckDeadline(TimeSpan deadline, SourceNode at)
    {
        if (deadline <= TimeSpan.Zero || deadline > LongestDeadline)
        {
            problems.Add(at, $"A deadline is more than 0s and at most {LongestDeadline.TotalSeconds}s: whoever logs in waits for it.");
        }
    }

    private X509Certificate2Collection? ReadAuthorities(UpstreamSettings upstream, SourceNode node)
    {
        if (upstream.CertificateAuthorityFile is not { } file)
        {
            return null;
        }

        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            if (authorities.Count > 0)
            {
                return authorities;
            }

            problems.Add(node.At("CertificateAuthorityFile"), $"There is no certificate in {file}; it is a PEM file, with lines \"-----BEGIN CERTIFICATE-----\".");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            problems.Add(node.At("CertificateAuthorityFile"), $"The certificates in {file} cannot be read: {e.Message}");
        }

        return null;
    }
}
