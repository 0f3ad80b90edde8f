using System.Collections.Frozen;
using Zaguan.Reading;

namespace Zaguan.Applications;

/// <summary>Which application a request is for, by path and host. Immutable: a change makes a new table.</summary>
internal sealed class ApplicationTable(IReadOnlyList<Application> applications, IReadOnlyList<string> notices)
{
    private readonly FrozenDictionary<string, Application[]> byPath = applications
        .GroupBy(a => Canonical(a.Path), StringComparer.OrdinalIgnoreCase)
        // Those that name a host go before the one that takes the rest.
        .ToFrozenDictionary(g => g.Key, g => g.OrderBy(a => a.Hosts.Count == 0).ToArray(), StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<Application> Applications => applications;

    /// <summary>What an administrator should know although nothing is wrong.</summary>
    public IReadOnlyList<string> Notices => notices;

    public Application? Find(string name) => applications.FirstOrDefault(a => string.Equals(a.Name, name, StringComparison.Ordinal));

    /// <summary>Whether a token of any of them is signed with a key of Zaguan's own.</summary>
    public bool SignsWithOwnKeys => applications.Any(a => a.Tokens?.SignsWithOwnKeys == true);

    public Application? Find(HttpRequest request)
    {
        if (!byPath.TryGetValue(Canonical(request.Path.Value ?? ""), out var candidates))
        {
            return null;
        }

        var host = request.Host.Host;
        return Array.Find(candidates, a => a.Hosts.Count == 0 || a.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Two applications that one request could mean.</summary>
    public static void CheckRoutes(IReadOnlyList<(Application Application, SourceNode At)> applications, Problems problems)
    {
        for (var i = 0; i < applications.Count; i++)
        {
            var (later, at) = applications[i];
            foreach (var (earlier, _) in applications.Take(i))
            {
                var overlap = later.Hosts.Count == 0 && earlier.Hosts.Count == 0 ? "every host" : later.Hosts.Intersect(earlier.Hosts, StringComparer.OrdinalIgnoreCase).FirstOrDefault();
                if (overlap is not null && string.Equals(Canonical(later.Path), Canonical(earlier.Path), StringComparison.OrdinalIgnoreCase))
                {
                    problems.Add(at, $"\"{later.Name}\" and \"{earlier.Name}\" both answer {later.Path} on {overlap}; tell them apart by \"Hosts\" or by \"PathBase\".");
                }
            }
        }
    }

    // ASP.NET and Express, which the original clients talked to, take a trailing slash for nothing.
    private static string Canonical(string path) => path.Length > 1 && path[^1] == '/' ? path[..^1] : path;
}
