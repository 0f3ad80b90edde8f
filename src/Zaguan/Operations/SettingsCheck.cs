using Zaguan.Admin.ImportPages;
using Zaguan.Argon2;
using Zaguan.Budgets;
using Zaguan.Passwords;
using Zaguan.Passwords.Formats;
using Zaguan.Reading;
using Zaguan.Sources;

namespace Zaguan.Operations;

/// <summary>What a setting's type alone does not say: ranges, and values that must fit each other.</summary>
internal static class SettingsCheck
{
    /// <summary>NIST SP 800-63B-4 §3.2.2.</summary>
    private const int MostConsecutiveFailures = 100;

    /// <summary>It stands in every access record.</summary>
    private const int MostNodeName = 64;

    /// <summary>KiB of Argon2's memory; OWASP's Password Storage Cheat Sheet.</summary>
    private const int OnePassFrom = 47_104;

    public static void Check(ZaguanSettings settings, bool isDevelopment, Problems problems)
    {
        CheckFolders(settings, problems);
        CheckPublicUrl(settings, isDevelopment, problems);
        CheckKeys(settings, problems);
        CheckBudgets(settings, problems);
        CheckHashing(settings, problems);
        CheckSources(settings, problems);
        CheckPasswords(settings, problems);
        CheckAccessLog(settings, problems);
        CheckImport(settings, problems);
        CheckNode(settings, problems);
    }

    public static bool IsPath(string path) => !string.IsNullOrWhiteSpace(path) && !path.Contains('\0', StringComparison.Ordinal);

    private static void CheckFolders(ZaguanSettings settings, Problems problems)
    {
        foreach (var (name, folder) in new[] { (nameof(settings.DataFolder), settings.DataFolder), (nameof(settings.ContractsFolder), settings.ContractsFolder) })
        {
            if (!IsPath(folder))
            {
                problems.Add(settings.Node!.At(name), $"\"{name}\" is the path of a folder; \".\" is the one that it is relative to.");
            }
        }
    }

    private static void CheckPublicUrl(ZaguanSettings settings, bool isDevelopment, Problems problems)
    {
        if (settings.PublicUrl is not { } written)
        {
            return;
        }

        var at = settings.Node!.At(nameof(settings.PublicUrl));
        if (!Uri.TryCreate(written, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            problems.Add(at, $"\"PublicUrl\" is an absolute address without user, query and fragment: \"https://login.clinica.example\", not \"{written}\".");
        }
        else if (!string.Equals(url.AbsoluteUri.TrimEnd('/'), written, StringComparison.Ordinal))
        {
            // Whoever compares it with a token's iss does so letter by letter.
            problems.Add(at, $"\"PublicUrl\" is written \"{url.AbsoluteUri.TrimEnd('/')}\", not \"{written}\".");
        }
        else if (url.Scheme is "http" && !isDevelopment)
        {
            problems.Add(at, "\"PublicUrl\" begins with https: over plain HTTP anybody on the way could put keys of their own in place of Zaguan's.");
        }
    }

    private static void CheckKeys(ZaguanSettings settings, Problems problems)
    {
        var at = settings.Node!.At("Keys");
        if (settings.Keys.MasterKeyFile is { } file && !IsPath(file))
        {
            problems.Add(at.At(nameof(settings.Keys.MasterKeyFile)), "\"MasterKeyFile\" is the path of a file.");
        }

        if (settings.Keys.RotateEvery < TimeSpan.FromDays(1))
        {
            problems.Add(at.At(nameof(settings.Keys.RotateEvery)), "A key signs for at least a day: \"RotateEvery\" is \"1d\" or more.");
        }
    }

    private static void CheckBudgets(ZaguanSettings settings, Problems problems)
    {
        var budgets = settings.Budgets;
        foreach (var (name, rule) in new[] { (nameof(budgets.AccountAndAddress), budgets.AccountAndAddress), (nameof(budgets.Account), budgets.Account), (nameof(budgets.Address), budgets.Address) })
        {
            var at = settings.Node!.At("Budgets").At(name);
            if (rule.Failures < 1)
            {
                problems.Add(at.At("Failures"), $"A budget has at least 1 guess, not {rule.Failures}.");
            }

            if (rule.Within == TimeSpan.Zero && (rule.RefusedFor <= TimeSpan.Zero || rule.RefusedForAtMost < rule.RefusedFor))
            {
                problems.Add(at, "A budget without \"Within\" says how long it refuses: \"RefusedFor\" above 0, and \"RefusedForAtMost\" not below it.");
            }

            if (rule.Within > BudgetStore.KeptFor)
            {
                problems.Add(at.At("Within"), $"Failures are remembered for {BudgetStore.KeptFor.TotalDays} days; \"Within\" is at most that.");
            }

            if (rule.Within > TimeSpan.Zero && at.Members.FirstOrDefault(m => m.Name.StartsWith("RefusedFor", StringComparison.OrdinalIgnoreCase)) is { } idle)
            {
                problems.Add(idle.Value, $"A budget with \"Within\" refuses until that time is over; \"{idle.Name}\" has nothing to say here. Leave it out.");
            }
        }

        foreach (var (name, failures) in new[] { (nameof(budgets.AccountAndAddress), budgets.AccountAndAddress.Failures), (nameof(budgets.Account), budgets.Account.Failures) })
        {
            if (failures > MostConsecutiveFailures)
            {
                problems.Add(settings.Node!.At("Budgets").At(name).At("Failures"), $"At most {MostConsecutiveFailures} consecutive failures of one account are allowed (NIST SP 800-63B-4 §3.2.2), not {failures}.");
            }
        }

        if (budgets.Account.Within > TimeSpan.Zero)
        {
            problems.Add(settings.Node!.At("Budgets").At("Account").At("Within"), "Consecutive failures of one account count however far apart they are (NIST SP 800-63B-4 §3.2.2); leave \"Within\" out.");
        }
    }

    private static void CheckHashing(ZaguanSettings settings, Problems problems)
    {
        var hashing = settings.Node!.At("Hashing");
        var least = Argon2Cost.Recommended;
        if (settings.Hashing.MemoryKiB < least.MemoryKiB || settings.Hashing.MemoryKiB > PhcFormats.MostArgon2MemoryKiB)
        {
            problems.Add(hashing.At("MemoryKiB"), $"A password's hash takes {least.MemoryKiB} to {PhcFormats.MostArgon2MemoryKiB} KiB of memory, not {settings.Hashing.MemoryKiB}.");
        }
        else if (settings.Hashing.Passes < (settings.Hashing.MemoryKiB >= OnePassFrom ? 1 : least.Passes) || (long)settings.Hashing.Passes * settings.Hashing.MemoryKiB > PhcFormats.MostArgon2BlocksFilled)
        {
            problems.Add(hashing.At("Passes"), $"A password's hash goes over its memory at least {least.Passes} times (once from {OnePassFrom} KiB on), and at most {PhcFormats.MostArgon2BlocksFilled / settings.Hashing.MemoryKiB} times over {settings.Hashing.MemoryKiB} KiB, not {settings.Hashing.Passes}.");
        }

        if (settings.Hashing.LongestQueue < 1)
        {
            problems.Add(hashing.At("LongestQueue"), $"At least 1 guess may wait to be hashed, not {settings.Hashing.LongestQueue}.");
        }

        if (settings.Hashing.LongestWait <= TimeSpan.Zero || settings.Hashing.LongestWait > BudgetStore.LongestVerification)
        {
            problems.Add(hashing.At("LongestWait"), $"A guess waits for its hash for more than 0s and at most {BudgetStore.LongestVerification.TotalSeconds}s.");
        }
    }

    /// <summary>A charge must outlive its attempt, or the attempt would count as one whose node died.</summary>
    private static void CheckSources(ZaguanSettings settings, Problems problems)
    {
        foreach (var (name, application) in settings.Applications.Where(a => a.Value.Sources is not [Source.Local]))
        {
            var longest = (2 * settings.Hashing.LongestWait) + application.SourcesDeadline;
            if (longest >= TimeSpan.FromMilliseconds(BudgetStore.ChargeLifetime))
            {
                problems.Add((application.Node ?? settings.Node!.At("Applications")).At("SourcesDeadline"), $"A login of \"{name}\" may wait twice for its hash (\"Hashing:LongestWait\") and once for its sources; together that is less than {BudgetStore.ChargeLifetime / 1_000}s, not {longest.TotalSeconds}s.");
            }
        }
    }

    private static void CheckPasswords(ZaguanSettings settings, Problems problems)
    {
        var at = settings.Node!.At("Passwords");
        var passwords = settings.Passwords;
        if (passwords.Shortest is < 8 or > 64)
        {
            problems.Add(at.At("Shortest"), $"The shortest password has 8 to 64 characters, not {passwords.Shortest}.");
        }

        if (passwords.Longest is < 64 or > 1_024)
        {
            problems.Add(at.At("Longest"), $"The longest password has 64 to 1024 characters, not {passwords.Longest}.");
        }

        foreach (var word in passwords.HouseWords.Where(w => !PasswordPolicy.PartsOf(w).Any()))
        {
            problems.Add(at.At("HouseWords"), $"\"{word}\" is no word of the house: no part of it has {PasswordPolicy.ShortestName} letters, and what is shorter is a syllable of other words.");
        }

        if (passwords.BreachedHashesFile is { } file && BreachedHashes.Objection(file) is { } objection)
        {
            problems.Add(at.At("BreachedHashesFile"), objection);
        }

        if (passwords.LinkLifetime < TimeSpan.FromMinutes(1) || passwords.LinkLifetime > TimeSpan.FromDays(7))
        {
            problems.Add(at.At("LinkLifetime"), "A link to set a password is good for at least 1m and at most 7d: whoever finds it later can use it.");
        }
    }

    private static void CheckNode(ZaguanSettings settings, Problems problems)
    {
        if (settings.NodeName is { } name && (name.Length is 0 or > MostNodeName || name.Any(char.IsControl)))
        {
            problems.Add(settings.Node!.At(nameof(settings.NodeName)), $"\"NodeName\" has 1 to {MostNodeName} characters, and no control characters.");
        }
    }

    private static void CheckImport(ZaguanSettings settings, Problems problems)
    {
        if (settings.Import.LargestMiB is < 1 or > ImportSettings.Most)
        {
            problems.Add(settings.Node!.At("Import").At("LargestMiB"), $"A file that is imported in the console has between 1 and {ImportSettings.Most} MiB; \"LargestMiB\" says how many at most.");
        }
    }

    private static void CheckAccessLog(ZaguanSettings settings, Problems problems)
    {
        if (settings.AccessLog.KeptFor < TimeSpan.FromDays(1))
        {
            problems.Add(settings.Node!.At("AccessLog").At("KeptFor"), "Access records are kept for at least a day: \"KeptFor\" is \"1d\" or more.");
        }
    }
}
