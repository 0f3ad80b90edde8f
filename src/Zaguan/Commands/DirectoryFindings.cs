using Zaguan.Operations;
using Zaguan.Sources.Ldap;

namespace Zaguan.Commands;

/// <summary>Each server of each directory, from here: name, port, certificate; and what the service account finds.</summary>
internal static class DirectoryFindings
{
    public static async Task<IReadOnlyList<Finding>> OfAsync(Setup setup)
    {
        var findings = new List<Finding>();
        foreach (var directory in setup.Directories.Values.OfType<LdapDirectory>().OrderBy(d => d.Name, StringComparer.Ordinal))
        {
            findings.AddRange(await ExamineAsync(directory));
        }

        return findings;
    }

    private static async Task<IEnumerable<Finding>> ExamineAsync(LdapDirectory directory)
    {
        if (!LibLdap.IsThere)
        {
            // Told already, as a problem of configuration.
            return [];
        }

        var findings = new List<Finding>();
        foreach (var server in directory.Servers)
        {
            var objection = await ServerProbe.ObjectionAsync(server, directory.AuthoritiesFile, directory.Deadline);
            string[] objections = objection is null ? [.. DirectoryCheck.Objections(directory, server, TimeProvider.System)] : [objection];
            findings.AddRange(objections.Select(o => new Finding(Verdict.Problem, "directory", $"{directory.Name}, {Plain(server)}: {o}")));
            if (objections.Length == 0)
            {
                findings.Add(new(Verdict.Good, "directory", $"{directory.Name}, {Plain(server)}{(directory.Search?.Account is { } account ? $", as {account.Name}" : "")}"));
            }
        }

        return findings;
    }

    private static string Plain(Uri server) => server.GetLeftPart(UriPartial.Authority);
}
