using System.Net;
using Zaguan.Commands;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;
using Zaguan.Tests.Users.Import;

namespace Zaguan.Tests.Passwords;

/// <summary>A machine to which a database was moved and which lacks the library that computes an old hash.</summary>
public sealed class MissingLibraryTests
{
    [Fact]
    public async Task Hash_whose_library_is_missing_is_a_fault_and_no_wrong_password_and_costs_no_guess()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", "username,password\nana,$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\n");
        (await folder.RunAsync("import", file, "--realm", "ambiotec")).Code.ShouldBe(ExitCode.Done);

        // What the loader finds first is no library.
        var hidden = Directory.CreateDirectory(Path.Combine(folder.Folder, "no-library")).FullName;
        foreach (var version in new[] { "", ".1", ".2" })
        {
            await File.WriteAllTextAsync(Path.Combine(hidden, "libcrypt.so" + version), "");
        }

        await using var server = await ServerProcess.StartAsync(new() { Folder = folder.Folder, Environment = new() { ["LD_LIBRARY_PATH"] = hidden } });
        for (var i = 0; i < 7; i++)
        {
            // More often than there are guesses, and each is told the same.
            var answer = await server.PostAsync(DemoLogin.Ambiotec.Path, """{"usuario_login":"ana","usuario_password":"clave"}""");
            answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
            (await answer.Content.ReadAsStringAsync()).ShouldBe(DemoLogin.Ambiotec.Failed.Body);
        }

        (await folder.AskAsync<long>("SELECT sum(failed) + sum(in_flight) FROM budgets")).ShouldBe(0);
    }
}
