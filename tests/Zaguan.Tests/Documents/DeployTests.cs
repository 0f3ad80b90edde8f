using System.Text.Json;
using System.Text.RegularExpressions;
using Zaguan.Operations;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Documents;

/// <summary>The files under deploy/, as far as they can be tried without what runs them.</summary>
public sealed partial class DeployTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy");

    [Fact]
    public async Task The_unit_is_one_that_systemd_understands_and_calls_safe()
    {
        var unit = await ReadAsync("systemd/zaguan.service");
        unit.ShouldContain("RestartPreventExitStatus=3\n");
        using var folder = new TemporaryFolder();
        // What it starts is not installed here.
        var copy = folder.Write("zaguan.service", Regex.Replace(unit, "^ExecStart=/opt/zaguan/zaguan ", "ExecStart=/bin/true ", RegexOptions.Multiline, TimeSpan.FromSeconds(1)));

        await ChildProcesses.RunAsync("systemd-analyze", "verify", copy);
        await ChildProcesses.RunAsync("systemd-analyze", "security", "--offline=true", "--threshold=20", copy);
    }

    [Fact]
    public async Task The_kernel_is_told_what_the_doctor_asks_for()
    {
        var settings = (await ReadAsync("systemd/60-zaguan.conf")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#').ToList();

        settings.ShouldBe(["kernel.sched_autogroup_enabled = 0"]);
    }

    [Fact]
    public async Task The_files_of_nginx_are_such()
    {
        using var folder = new TemporaryFolder();
        await ChildProcesses.RunAsync("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=login.clinica.example", "-keyout", folder.At("tls.key"), "-out", folder.At("tls.crt"));
        var site = (await ReadAsync("compose/nginx.conf"))
            .Replace("/run/secrets", folder.Path, StringComparison.Ordinal)
            // These names are Docker's.
            .Replace("server uno:", "server 127.0.0.1:", StringComparison.Ordinal)
            .Replace("server dos:", "server 127.0.0.2:", StringComparison.Ordinal);
        var whole = folder.Write("nginx.conf", $"pid {folder.At("pid")};\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{site}\n}}\n");

        await ChildProcesses.RunAsync("/usr/sbin/nginx", "-t", "-q", "-c", whole, "-p", folder.Path);
    }

    [Theory]
    [InlineData("compose/compose.yaml")]
    [InlineData("kubernetes/kustomization.yaml")]
    [InlineData("kubernetes/zaguan.yaml")]
    [InlineData("patroni/zaguan.yaml")]
    public async Task Yaml_is_yaml_and_the_files_that_it_names_are_there(string file)
    {
        var documents = await YamlAsync(file);

        documents.ShouldNotBeEmpty();
        foreach (var named in NamedFile().Matches(await ReadAsync(file)).Select(m => m.Groups["name"].Value))
        {
            File.Exists(Path.Combine(Folder, Path.GetDirectoryName(file)!, named)).ShouldBeTrue(named);
        }
    }

    [Theory]
    [InlineData("systemd", "/run/credentials/zaguan.service")]
    [InlineData("compose", "/run/secrets")]
    [InlineData("kubernetes", "/run/secrets/zaguan")]
    public async Task The_configuration_starts_with_the_secrets_that_are_handed_to_it(string kind, string secrets)
    {
        using var folder = new TemporaryFolder();
        foreach (var name in await SecretsAsync(kind))
        {
            folder.Write(name, name is "database" ? "Host=db1,db2;Database=zaguan;Username=zaguan" : FourApplications.Secret);
        }

        var text = (await ReadAsync($"{kind}/zaguan.json")).Replace(secrets, folder.Path, StringComparison.Ordinal).Replace("/var/lib/zaguan", folder.At("data"), StringComparison.Ordinal);
        var setup = Setup.Read(new(folder.Write("zaguan.json", text), "http://*:5080", IsDevelopment: false) { Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["NodeName"] = "uno" }, OnlyLooks = true });

        setup.Problems.ShouldBeEmpty();
        setup.Database.ConnectionString.ShouldNotBeNull();
    }

    [Fact]
    public async Task Containers_cannot_write_and_are_nobody_in_particular()
    {
        var pod = (await YamlAsync("kubernetes/zaguan.yaml"))[0].GetProperty("spec").GetProperty("template").GetProperty("spec");
        pod.GetProperty("securityContext").GetProperty("runAsNonRoot").GetBoolean().ShouldBeTrue();
        var container = pod.GetProperty("containers")[0];
        container.GetProperty("securityContext").GetProperty("readOnlyRootFilesystem").GetBoolean().ShouldBeTrue();
        container.GetProperty("readinessProbe").GetProperty("httpGet").GetProperty("path").GetString().ShouldBe("/health/ready");
        container.GetProperty("livenessProbe").GetProperty("httpGet").GetProperty("path").GetString().ShouldBe("/health/live");

        var services = (await YamlAsync("compose/compose.yaml"))[0].GetProperty("services");
        foreach (var node in new[] { "uno", "dos" })
        {
            services.GetProperty(node).GetProperty("read_only").GetBoolean().ShouldBeTrue();
            services.GetProperty(node).GetProperty("environment").GetProperty("NodeName").GetString().ShouldBe(node);
        }

        (await ReadAsync("Dockerfile")).ShouldContain("\nUSER $APP_UID\n");
    }

    private static Task<string> ReadAsync(string file) => File.ReadAllTextAsync(Path.Combine(Folder, file));

    private static async Task<IReadOnlyList<JsonElement>> YamlAsync(string file) => [.. JsonElement.Parse(await ChildProcesses.RunAsync(
        "python3", "-c", "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))", Path.Combine(Folder, file))).EnumerateArray()];

    /// <summary>The names of the secrets that a node is started with.</summary>
    private static async Task<IReadOnlyList<string>> SecretsAsync(string kind) => kind switch
    {
        "systemd" => [.. Credential().Matches(await ReadAsync("systemd/zaguan.service")).Select(m => m.Groups["name"].Value)],
        "compose" => [.. (await YamlAsync("compose/compose.yaml"))[0].GetProperty("services").GetProperty("uno").GetProperty("secrets").EnumerateArray().Select(s => s.GetString()!)],
        _ => [.. FromFile().Matches(await ReadAsync("kubernetes/kustomization.yaml")).Select(m => m.Groups["name"].Value)],
    };

    [GeneratedRegex(@"(\./|files: \[)(?<name>[a-z]+\.(json|conf))", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamedFile();

    [GeneratedRegex("^LoadCredential=(?<name>[^:]+):", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Credential();

    [GeneratedRegex("--from-file=(?<name>[a-z.]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FromFile();

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("zaguan-deploy-").FullName;

        public string At(string name) => System.IO.Path.Combine(Path, name);

        public string Write(string name, string text)
        {
            File.WriteAllText(At(name), text);
            return At(name);
        }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
