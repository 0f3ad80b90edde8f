using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Zaguan.AspNetCore.Revocations;
using Zaguan.Tests.House;

namespace Zaguan.Tests.AspNetCore;

/// <summary>The sample, as a process of its own.</summary>
public sealed partial class ClinicaTests
{
    private const string Path = "/api/CVN_PLAN_SEGURO/GetAllActives";

    [Fact]
    public async Task A_token_that_the_server_issued_opens_the_clinic_and_nothing_else_does()
    {
        await using var house = await FourApplications.OpenAsync();
        await using var clinic = await Clinic.StartAsync(Settings());
        using var login = await house.PostAsync(DemoLogin.Romsoft.Path, DemoLogin.Romsoft.RightBody);
        var token = JsonDocument.Parse(await login.Content.ReadAsStringAsync()).RootElement.GetProperty("Data").GetProperty("token").GetString()!;

        (await clinic.PostAsync(null)).ShouldBe((HttpStatusCode.Unauthorized, ""));
        (await clinic.PostAsync($"Bearer {token}x")).ShouldBe((HttpStatusCode.Unauthorized, ""));
        var (status, body) = await clinic.PostAsync($"Bearer {token}");
        status.ShouldBe(HttpStatusCode.OK);
        (await clinic.PostAsync(token)).ShouldBe((status, body));
        body.ShouldStartWith("""{"Success":true,"Warning":false,"Message":null,"Data":[{"id_plan_seguro":1,"codigo":"PAR","descripcion":"Particular",""");
        body.ShouldContain("EPS Plan Básico");
        JsonDocument.Parse(body).RootElement.GetProperty("Data").EnumerateArray().ShouldAllBe(p => p.GetProperty("estado").ValueEquals("A"));
    }

    [Fact]
    public async Task What_is_revoked_at_Zaguan_is_401_in_the_clinic()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        await using var clinic = await Clinic.StartAsync(Settings(("ZAGUAN_ADDRESS", zaguan.Address), ("ZAGUAN_BACKEND_KEY", FakeZaguan.BackEndKey)));
        var token = BackEnd.Token(more: "\"jti\":\"s1\"", secret: FourApplications.RomsoftSecret);
        (await clinic.PostAsync(token)).Status.ShouldBe(HttpStatusCode.OK);

        zaguan.Revoke(new Revocation { Number = 0, Session = "s1", Until = long.MaxValue });
        await Eventually.BecomesTrueAsync(async () => (await clinic.PostAsync(token)).Status == HttpStatusCode.Unauthorized, "it is revoked", TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Without_its_settings_it_does_not_start_and_says_what_is_missing()
    {
        await using var clinic = await Clinic.LaunchAsync([]);

        var output = await clinic.EndAsync();
        foreach (var sentence in new[] { "Secret is empty", "Issuer is empty", "Audience is empty" })
        {
            output.ShouldContain(sentence);
        }
    }

    private static Dictionary<string, string?> Settings(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["JWT_SECRET_KEY"] = FourApplications.RomsoftSecret,
            ["JWT_ISSUER_TOKEN"] = BackEnd.Origin,
            ["JWT_AUDIENCE_TOKEN"] = BackEnd.Origin,
        };
        foreach (var (name, value) in more)
        {
            settings.Add(name, value);
        }

        return settings;
    }

    private sealed partial class Clinic : IAsyncDisposable
    {
        private readonly Process process;
        private readonly string folder;
        private readonly TaskCompletionSource<Uri?> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly StringBuilder output = new();
        private readonly Task reading;
        private HttpClient? client;

        private Clinic(Process process, string folder)
        {
            (this.process, this.folder) = (process, folder);
            process.StandardInput.Close();
            reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
            _ = reading.ContinueWith(_ => listening.TrySetResult(null), TaskScheduler.Default);
        }

        public static async Task<Clinic> LaunchAsync(Dictionary<string, string?> settings)
        {
            // A home of its own: ASP.NET Core keeps keys there that nothing here needs.
            var home = Directory.CreateTempSubdirectory("zaguan-clinica-").FullName;
            settings["HOME"] = home;
            string[] command = [ChildProcesses.Zaguan[0], System.IO.Path.Combine(AppContext.BaseDirectory, "Clinica.dll"), "--urls", "http://127.0.0.1:0"];
            return new(await ChildProcesses.StartAsync(command, home, settings), home);
        }

        public static async Task<Clinic> StartAsync(Dictionary<string, string?> settings)
        {
            var clinic = await LaunchAsync(settings);
            if (await clinic.listening.Task.WaitAsync(TimeSpan.FromMinutes(2)) is { } address)
            {
                clinic.client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
                return clinic;
            }

            await clinic.DisposeAsync();
            throw new InvalidOperationException($"The clinic does not start:\n{clinic.output}");
        }

        public async Task<(HttpStatusCode Status, string Body)> PostAsync(string? authorization)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }

            using var answer = await client!.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        /// <summary>What it printed until it ended by itself, with an exit code other than 0.</summary>
        public async Task<string> EndAsync()
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
            await reading;
            process.ExitCode.ShouldNotBe(0);
            return output.ToString();
        }

        public async ValueTask DisposeAsync()
        {
            client?.Dispose();
            process.Kill();
            await process.WaitForExitAsync();
            await reading;
            process.Dispose();
            Directory.Delete(folder, recursive: true);
        }

        private async Task ReadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                lock (output)
                {
                    output.AppendLine(line);
                }

                if (NowListening().Match(line) is { Success: true } match)
                {
                    listening.TrySetResult(new(match.Groups["address"].Value));
                }
            }
        }

        [GeneratedRegex("Now listening on: (?<address>http://[0-9.:]+)", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex NowListening();
    }
}
