using System.Text.Json;
using Zaguan.AccessLog;
using Zaguan.Commands;
using Zaguan.Contracts;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Commands;

/// <summary>A folder with a configuration, in which commands are given: in this process, or in one of their own.</summary>
internal sealed class CommandFolder : IAsyncDisposable
{
    /// <summary>Good enough to read and write the data with; the server would not start with it, because ambiotec lacks its secret.</summary>
    public const string Applications = """{ "ambiotec": {}, "inventario": { "Realm": "almacen" } }""";

    /// <param name="place">Of the database; null: one of the kind that this run is about.</param>
    public CommandFolder(string applications = Applications, DatabasePlace? place = null)
    {
        Place = place switch
        {
            null => TestDatabase.OfAsync(Folder).GetAwaiter().GetResult(),
            { ConnectionString: null } => new(DatabaseFile),
            _ => place,
        };
        Configuration = Path.Combine(Folder, "zaguan.json");
        Write("zaguan.json", $$"""{ "DataFolder": {{JsonSerializer.Serialize(Path.Combine(Folder, "data"))}},{{DatabaseSection()}} "Applications": {{applications}} }""");
    }

    /// <summary>In SQLite, whatever this run is about.</summary>
    public static CommandFolder OnSqlite() => new(place: new(""));

    public DatabasePlace Place { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("zaguan-").FullName;

    public string Configuration { get; }

    public string DatabaseFile => Path.Combine(Folder, "data", "zaguan.db");

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public string Write(string name, string text)
    {
        var file = Path.Combine(Folder, name);
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>Ctrl-C.</summary>
    public CancellationToken Interrupted { get; set; }

    /// <summary>The server in Development, on the same database.</summary>
    public Task<TestHouse> OpenHouseAsync() => TestHouse.OpenAsync(new() { Folder = Folder });

    public Task<Ran> RunAsync(params string[] args) => RunWithAsync("", args);

    /// <param name="input">What stands on standard input.</param>
    public Task<Ran> RunWithAsync(string input, params string[] args) => RunAsync(new StringReader(input), keys: null, args);

    /// <summary>A person sits at the terminal and types.</summary>
    public Task<Ran> TypeAsync(string keys, params string[] args) => RunAsync(new StringReader(keys), new(keys), args);

    /// <summary>A user as stored, or null.</summary>
    public async Task<User?> FindAsync(string realm, string name)
    {
        await using var database = Database.Open(await TestDatabase.OfAsync(Folder), TimeProvider.System);
        return await new UserStore(database, TimeProvider.System).FindAsync(realm, Identifies.Username, name);
    }

    public async Task RecordAsync(params IEnumerable<AccessRecord> records)
    {
        await using var database = Database.Open(await TestDatabase.OfAsync(Folder), TimeProvider.System);
        await database.WriteAsync(async db =>
        {
            foreach (var record in records)
            {
                await AccessLogStore.AppendAsync(db, record);
            }

            return true;
        });
    }

    public async ValueTask DisposeAsync() => await TestDatabase.DeleteAsync(Folder);

    private string DatabaseSection() => Place.ConnectionString is { } written
        ? $$""" "Database": { "ConnectionString": {{JsonSerializer.Serialize(written)}} },"""
        : "";

    private async Task<Ran> RunAsync(TextReader input, Queue<char>? keys, string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var terminal = new Terminal
        {
            Input = input,
            Output = output,
            Error = error,
            InputIsTerminal = keys is not null,
            OutputIsTerminal = false,
            ReadKey = () => Key(keys!.Dequeue()),
            StopEcho = () => { },
            Clock = Clock,
        };
        var code = await CommandLine.RunAsync(["--config", Configuration, .. args], terminal, Interrupted);
        return new(code, output.ToString(), error.ToString());
    }

    private static ConsoleKeyInfo Key(char c) => c switch
    {
        '\n' => new('\r', ConsoleKey.Enter, shift: false, alt: false, control: false),
        '\b' => new('\b', ConsoleKey.Backspace, shift: false, alt: false, control: false),
        _ => new(c, ConsoleKey.None, shift: false, alt: false, control: false),
    };
}

/// <summary>What became of a command.</summary>
internal sealed record Ran(int Code, string Output, string Error)
{
    public JsonElement Json => JsonElement.Parse(Output);

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
