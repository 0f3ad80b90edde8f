using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Zaguan.AccessLog;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Tests.House;

/// <summary>How a <see cref="TestHouse"/> is furnished.</summary>
internal sealed record HouseOptions
{
    /// <summary>Configuration by key ("Applications:romsoft:Realm"), on top of what Development has.</summary>
    public Dictionary<string, string?> Settings { get; init; } = [];

    public bool IsDevelopment { get; init; } = true;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A folder that outlives the house; absent: one of its own, deleted with it.</summary>
    public string? Folder { get; init; }

    /// <summary>Files of the contracts/ folder, by name.</summary>
    public Dictionary<string, string> Contracts { get; init; } = [];
}

/// <summary>The whole server in this process, on a real port and a real database. In Development it holds the demo users.</summary>
internal sealed class TestHouse : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly MeterListener meters = new();
    private readonly bool ownsFolder;
    private long hashes;

    private TestHouse(WebApplication server, string folder, bool ownsFolder, Lines log)
    {
        this.server = server;
        this.ownsFolder = ownsFolder;
        Folder = folder;
        Log = log;
        var own = server.Services.GetRequiredService<Telemetry>().Meter;
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, own) && instrument.Name is "zaguan.hashes")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        meters.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref hashes, value));
        meters.Start();
        Client = NewClient();
    }

    public string Folder { get; }

    public string DatabaseFile => Path.Combine(Folder, "data", "zaguan.db");

    public Uri Address => new(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public HttpClient Client { get; }

    public IServiceProvider Services => server.Services;

    /// <summary>Every line that was logged, as text.</summary>
    public Lines Log { get; }

    /// <summary>Password hashes computed for attempts so far.</summary>
    public long Hashes => Interlocked.Read(ref hashes);

    public static async Task<TestHouse> OpenAsync(HouseOptions? options = null)
    {
        options ??= new();
        var folder = options.Folder ?? Directory.CreateTempSubdirectory("zaguan-").FullName;
        var place = await TestDatabase.OfAsync(folder, demo: options is { Folder: null, IsDevelopment: true });
        var setup = Setup.Read(SetupOptionsOf(options, folder, place));
        var lines = new Lines();
        var app = await Server.BuildAsync(setup, options.Clock, builder =>
        {
            builder.Logging.ClearProviders().AddProvider(lines).SetMinimumLevel(LogLevel.Debug);
        });
        await app.StartAsync();
        return new(app, folder, ownsFolder: options.Folder is null, lines);
    }

    /// <summary>What a house of these options would be set up with; its folder is made.</summary>
    public static SetupOptions SetupOptionsOf(HouseOptions options, string folder, DatabasePlace? place = null)
    {
        Directory.CreateDirectory(Path.Combine(folder, "contracts"));
        foreach (var (name, json) in options.Contracts)
        {
            File.WriteAllText(Path.Combine(folder, "contracts", name), json);
        }

        var settings = new Dictionary<string, string?>(options.Settings, StringComparer.OrdinalIgnoreCase);
        settings.TryAdd("DataFolder", Path.Combine(folder, "data"));
        foreach (var (name, value) in place is null ? [] : TestDatabase.Settings(place))
        {
            settings.TryAdd(name, value);
        }

        settings.TryAdd("ContractsFolder", Path.Combine(folder, "contracts"));
        settings.TryAdd("urls", "http://127.0.0.1:0");
        return new(null, null, options.IsDevelopment) { Environment = settings, Clock = options.Clock };
    }

    public HttpClient NewClient() => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, MaxConnectionsPerServer = 1_000, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(3) };

    public Task<HttpResponseMessage> PostAsync(string path, string json, string contentType = "application/json") =>
        PostAsync(path, Encoding.UTF8.GetBytes(json), contentType);

    public async Task<HttpResponseMessage> PostAsync(string path, byte[] body, string? contentType = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        if (contentType is not null)
        {
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>A user with this password; an existing realm.</summary>
    public async Task<User> AddUserAsync(NewUser user, string password)
    {
        using var secret = Secret.FromText(password);
        var store = Services.GetRequiredService<UserStore>();
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        await store.AddAsync(user with { Password = hasher.Create(secret) });
        return (await store.FindAsync(user.Realm, Zaguan.Contracts.Identifies.Username, user.Username))!;
    }

    public Task<IReadOnlyList<AccessRecord>> AccessLogAsync() =>
        Services.GetRequiredService<AccessLogStore>().QueryAsync(new() { Most = 100_000 });

    public Task TakeDatabaseAwayAsync() => TestDatabase.TakeAwayAsync(Folder);

    /// <summary>And waits until it is asked again: a host that was not there is left alone for a moment.</summary>
    public async Task BringDatabaseBackAsync()
    {
        await TestDatabase.BringBackAsync(Folder);
        await Eventually.BecomesTrueAsync(async () =>
        {
            try
            {
                return await Services.GetRequiredService<Database>().ReadAsync(_ => Task.FromResult(true));
            }
            catch (DatabaseUnavailableException)
            {
                return false;
            }
        }, "the database is asked again");
    }

    /// <summary>The server answers nobody any more; its files stay until the house is disposed of.</summary>
    public Task StopAsync() => server.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        meters.Dispose();
        await server.StopAsync();
        await server.DisposeAsync();
        if (ownsFolder)
        {
            await TestDatabase.DeleteAsync(Folder);
        }
    }

    /// <summary>Log lines, gathered.</summary>
    internal sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> lines = new();

        public IReadOnlyCollection<string> All => lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{logLevel} {eventId.Id} {formatter(state, exception)} {exception}"));

        public void Dispose()
        {
        }
    }
}
