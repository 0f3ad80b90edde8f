using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Zaguan.Contracts;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Storage;

/// <summary>The table by which a user is found by an attribute: kept by the database itself, by the same rule in both.</summary>
public sealed class UserAttributesTests : IDisposable
{
    private const string Migration = "0008_user_attributes.sql";

    /// <summary>What is stored beside a user, and what of it a user can be found by.</summary>
    private static readonly (string Stored, string[] Found)[] Rule =
    [
        ("""{"cpf":"52998224725","área":"Caja","n":7,"nada":null,"sí":true,"lista":["a"],"más":{"a":"b"},"decimal":1.5}""", ["cpf=52998224725", "n=7", "área=Caja"]),
        ("""{"0":-0,"menos":-12,"grande":12345678901234567,"enorme":123456789012345678,"millón":1e6}""", ["0=0", "grande=12345678901234567", "menos=-12"]),
        ("""{"escrito":"\u00d1and\u00fa \ud83d\ude00","vacío":"","blanco":" "}""", ["blanco= ", "escrito=Ñandú 😀"]),
        ($$"""{"justo":"{{new string('ñ', 256)}}","largo":"{{new string('ñ', 257)}}","{{new string('k', 64)}}":"a","{{new string('k', 65)}}":"b"}""", [$"justo={new string('ñ', 256)}", $"{new string('k', 64)}=a"]),
        ("""{"dos":"primero","dos":"segundo"}""", ["dos=primero"]),
        ("""["no","es","objeto"]""", []),
        ("""{}""", []),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_database_of_before_gets_the_attributes_of_the_users_that_are_in_it(bool postgres)
    {
        var place = await PlaceAsync(postgres);
        await using (var old = await OpenAsync(place))
        {
            await MakeOlderAsync(old);
            foreach (var (i, (stored, _)) in Rule.Index())
            {
                await AddAsync(old, i, stored);
            }

            await AddAsync(old, Rule.Length, null);
        }

        await Database.Open(place, TimeProvider.System).DisposeAsync();

        await using var db = await OpenAsync(place);
        foreach (var (i, (stored, found)) in Rule.Index())
        {
            (await FoundAsync(db, i)).ShouldBe(found, ignoreOrder: true, stored);
        }

        (await FoundAsync(db, Rule.Length)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_value_that_a_database_takes_for_no_text_is_nobodys(bool postgres)
    {
        await using var database = Database.Open(await PlaceAsync(postgres), TimeProvider.System);

        (await new UserStore(database, TimeProvider.System).FindByKeyAsync("clinica", Identifies.Attribute, Names.TryKey("1\0"), ("cpf", "1\0"))).ShouldBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whatever_is_written_the_table_follows(bool postgres)
    {
        var place = await PlaceAsync(postgres);
        await Database.Open(place, TimeProvider.System).DisposeAsync();
        await using var db = await OpenAsync(place);
        await db.ExecuteAsync("INSERT INTO realms VALUES ('r')");
        foreach (var (i, (stored, found)) in Rule.Index())
        {
            await AddAsync(db, i, stored);
            (await FoundAsync(db, i)).ShouldBe(found, ignoreOrder: true, stored);
        }

        foreach (var (stored, found) in Rule.Reverse())
        {
            await db.ExecuteAsync("UPDATE users SET attributes = @stored WHERE number = 0", new { stored });
            (await FoundAsync(db, 0)).ShouldBe(found, ignoreOrder: true, stored);
        }

        await db.ExecuteAsync("UPDATE users SET attributes = NULL WHERE number = 0");
        (await FoundAsync(db, 0)).ShouldBeEmpty();
        await db.ExecuteAsync("DELETE FROM users");
        (await db.ExecuteScalarAsync<long>("SELECT count(*) FROM user_attributes")).ShouldBe(0);
    }

    [Fact]
    public async Task What_PostgreSQL_cannot_hold_as_a_text_is_stored_and_nobody_is_found_by_it()
    {
        var place = await PlaceAsync(postgres: true);
        await Database.Open(place, TimeProvider.System).DisposeAsync();
        await using var db = await OpenAsync(place);
        await db.ExecuteAsync("INSERT INTO realms VALUES ('r')");

        await AddAsync(db, 0, """{"cpf":"1","nulo":"a\u0000b"}""");
        await AddAsync(db, 1, """{"cpf":"1","medio":"\ud800"}""");

        (await db.ExecuteScalarAsync<long>("SELECT count(*) FROM users")).ShouldBe(2);
        (await db.ExecuteScalarAsync<long>("SELECT count(*) FROM user_attributes")).ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_is_found_by_an_attribute_that_is_of_one_and_by_the_name_before_the_address(bool postgres)
    {
        await using var database = Database.Open(await PlaceAsync(postgres), TimeProvider.System);
        var users = new UserStore(database, TimeProvider.System);
        await users.TryAddAsync(new() { Realm = "r", Username = "ana", Email = "bea@example.com", Attributes = """{"cpf":"1","área":"Caja"}""" });
        await users.TryAddAsync(new() { Realm = "r", Username = "bea@example.com", Email = "ana@example.com", Attributes = """{"cpf":"2","área":"Caja"}""" });
        await users.TryAddAsync(new() { Realm = "otro", Username = "eva", Attributes = """{"cpf":"3"}""" });

        (await ByAttributeAsync("cpf", "1")).ShouldBe("ana");
        (await ByAttributeAsync("cpf", "2")).ShouldBe("bea@example.com");
        (await ByAttributeAsync("cpf", "3")).ShouldBeNull();
        (await ByAttributeAsync("área", "Caja")).ShouldBeNull("what two have means neither");
        (await ByAttributeAsync("CPF", "1")).ShouldBeNull();
        (await EitherAsync("BEA@example.com")).ShouldBe("bea@example.com");
        (await EitherAsync("ana@example.com")).ShouldBe("bea@example.com");
        (await EitherAsync("ana")).ShouldBe("ana");
        (await EitherAsync("nadie")).ShouldBeNull();

        async Task<string?> EitherAsync(string identifier) => (await users.FindAsync("r", Identifies.Either, identifier))?.Username;

        async Task<string?> ByAttributeAsync(string name, string value) => (await users.FindByKeyAsync("r", Identifies.Attribute, Names.TryKey(value), (name, value)))?.Username;
    }

    /// <summary>Everything but the migration that this is about, as a Zaguan of before leaves it.</summary>
    private static async Task MakeOlderAsync(DbConnection db)
    {
        var assembly = typeof(Database).Assembly;
        var prefix = db is NpgsqlConnection ? "migrations/postgresql/" : "migrations/sqlite/";
        await db.ExecuteAsync("CREATE TABLE migrations (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL)");
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(n[prefix.Length..], Migration) < 0).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var sql = (await reader.ReadToEndAsync()).ReplaceLineEndings("\n");
            await db.ExecuteAsync(sql);
            await db.ExecuteAsync("INSERT INTO migrations VALUES (@name, @sha256, 0)", new { name = resource[prefix.Length..], sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))) });
        }

        await db.ExecuteAsync("INSERT INTO realms VALUES ('r')");
    }

    private static Task<int> AddAsync(DbConnection db, int number, string? attributes) => db.ExecuteAsync(
        "INSERT INTO users (realm, number, id, username, username_key, active, attributes, created_at) VALUES ('r', @number, @name, @name, @name, @yes, @attributes, 0)",
        new { number, name = $"U{number}", yes = true, attributes });

    private static async Task<IEnumerable<string>> FoundAsync(DbConnection db, int number) =>
        await db.QueryAsync<string>("SELECT a.name || '=' || a.value FROM user_attributes a JOIN users u ON u.key = a.user_key AND u.realm = a.realm WHERE u.number = @number", new { number });

    private async Task<DatabasePlace> PlaceAsync(bool postgres) => postgres ? await TestDatabase.EmptyPostgresAsync() : new(Path.Combine(folder, "zaguan.db"));

    private static async Task<DbConnection> OpenAsync(DatabasePlace place)
    {
        _ = SqliteLibrary.Version;
        DbConnection connection = place.ConnectionString is { } written
            ? new NpgsqlConnection($"{written};Pooling=false")
            : new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = place.File, Pooling = false, ForeignKeys = true }.ToString());
        await connection.OpenAsync();
        return connection;
    }
}
