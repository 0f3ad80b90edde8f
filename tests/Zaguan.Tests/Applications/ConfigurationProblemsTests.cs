using Zaguan.Operations;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Applications;

/// <summary>What is wrong with the configuration is told all at once, with the file, the line and the pointer, or with the environment variable.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class ConfigurationProblemsTests : IDisposable
{
    private const string Secret = "0123456789 abcdefghijklmnopqrstuvwxyz";

    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-").FullName;

    public static TheoryData<string, string[]> Mistakes => new()
    {
        {
            """{ "Applications": { "romsoft": { "JWT_SECRET_KEY": "S", "JWT_ISSUER_TOKEN": "x", "JWT_AUDIENCE_TOKEN": "x", "JWT_EXPIRE_MINUTS": 60 } } }""",
            ["zaguan.json:1 at /Applications/romsoft/JWT_EXPIRE_MINUTS: \"JWT_EXPIRE_MINUTS\" is neither a setting of applications nor one that the contract \"romsoft\" names. Did you mean \"JWT_EXPIRE_MINUTES\"?"]
        },
        { """{ "Applications": { "sistema-venta": { "Relm": "venta" } } }""", ["zaguan.json:1 at /Applications/sistema-venta/Relm: \"Relm\" is neither a setting of applications nor one that the contract \"sistema-venta\" names. Did you mean \"Realm\"?"] },
        { """{ "Database": { "ConnectionString": "Host=db;Pasword=geheim" }, "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /Database/ConnectionString: This is no connection string of PostgreSQL's: \"Host=db1,db2;Database=zaguan;Username=zaguan\" is one. Names that Npgsql does not know, and values that are not of a name's kind, are not taken."] },
        { """{ "Database": { "ConnectionString": "Database=zaguan" }, "NodeName": "", "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /NodeName: \"NodeName\" has 1 to 64 characters, and no control characters.", "zaguan.json:1 at /Database/ConnectionString: The connection string names no host: \"Host=db1,db2;Database=zaguan;Username=zaguan\"."] },
        { """{ "Database": { "ConnectionString": "Host=db;Maximum Pool Size=2" }, "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /Database/ConnectionString: A node needs at least 4 connections, because one listens, one reads, one writes and one may tidy up: \"Maximum Pool Size\" is 4 or more, not 2."] },
        { """{ "Database": { "ConnectionString": "Host=db;Target Session Attributes=any" }, "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /Database/ConnectionString: Leave \"Target Session Attributes\" and \"Multiplexing\" out of the connection string: the primary is asked in any case, and a connection is one transaction's."] },
        { """{ "Database": { "ConnectionString": "Host=db", "ConnectionStringFile": "db.txt" }, "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /Database/ConnectionStringFile: \"ConnectionString\" and \"ConnectionStringFile\" say the same thing; leave one out."] },
        { """{ "Aplications": { "sistema-venta": {} }, "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /Aplications: \"Aplications\" is not known here. Did you mean \"Applications\"?"] },
        { """{ "Applications": { "ambiotek": {} } }""", ["zaguan.json:1 at /Applications/ambiotek: There is no contract \"ambiotek\" (known: ambiotec, inventario, romsoft, sistema-venta). Did you mean \"ambiotec\"?"] },
        { """{ "Applications": { "venta": { "Contract": "sistemaventa" } } }""", ["zaguan.json:1 at /Applications/venta/Contract: There is no contract \"sistemaventa\" (known: ambiotec, inventario, romsoft, sistema-venta). Did you mean \"sistema-venta\"?"] },
        { """{ "Applications": { "Mi Venta": { "Contract": "sistema-venta", "Realm": "Mi Reino" } } }""", ["zaguan.json:1 at /Applications/Mi Venta: An application is called by small letters, digits and hyphens, not \"Mi Venta\".", "zaguan.json:1 at /Applications/Mi Venta/Realm: A realm is called by small letters, digits and hyphens, not \"Mi Reino\"."] },
        { """{ "Applications": { "sistema-venta": "sí" } }""", ["zaguan.json:1 at /Applications/sistema-venta: Here belongs an object, not a text."] },
        { """{ "Applications": { "sistema-venta": { "DiscloseAccountState": "no" } } }""", ["zaguan.json:1 at /Applications/sistema-venta/DiscloseAccountState: Here belongs true or false, not \"no\"."] },
        { """{ "Applications": { "sistema-venta": { "PropertyNaming": "camel" } } }""", ["zaguan.json:1 at /Applications/sistema-venta/PropertyNaming: Here belongs one of \"asWritten\", \"camelCase\", not \"camel\"."] },
        { """{ "Applications": { "sistema-venta": { "Sources": [ "ldap" ] } } }""", ["zaguan.json:1 at /Applications/sistema-venta/Sources: The source ldap needs a directory: describe it under \"Directories\", at the root of the configuration."] },
        { """{ "Applications": { "sistema-venta": { "IssueToken": true } } }""", ["zaguan.json:1 at /Applications/sistema-venta/IssueToken: The contract \"sistema-venta\" has no token to issue."] },
        { """{ "Applications": { "ambiotec": { "JWT_SECRET": "S", "IssueToken": true } } }""", ["zaguan.json:1 at /Applications/ambiotec/IssueToken: The contract \"ambiotec\" always answers its token; leave IssueToken out."] },
        { """{ "Applications": { "sistema-venta": { "SessionLifetime": "8h" } } }""", ["zaguan.json:1 at /Applications/sistema-venta/SessionLifetime: Without \"SessionCookie\" there is no session that could last so long; set it to true, or leave \"SessionLifetime\" out."] },
        { """{ "Applications": { "ambiotec": { "JWT_SECRET": "S", "SessionCookie": true, "SessionLifetime": "366d" } } }""", ["zaguan.json:1 at /Applications/ambiotec/SessionLifetime: The application issues a token, and its session lasts as long as that; leave \"SessionLifetime\" out.", "zaguan.json:1 at /Applications/ambiotec/SessionLifetime: A session lasts for more than 0s and at most 365d."] },
        { """{ "Applications": { "inventario": { "SessionCookie": true, "SessionLifetime": "0s" } } }""", ["zaguan.json:1 at /Applications/inventario/SessionLifetime: A session lasts for more than 0s and at most 365d."] },
        {
            """{ "Applications": { "inventario": { "Rules": [ { "Path": "api" }, { "Roles": [ "admin" ] }, { "Path": "/a/../b", "Methods": [ "post" ], "Roles": [ "*", "admin" ] }, { "Path": "/a?b", "Rols": [], "Roles": [ " " ] } ] } } }""",
            [
                "zaguan.json:1 at /Applications/inventario/Rules/0/Path: A rule's path begins with a slash and is written plainly, without //, . and .., ; \\ ? and #: \"/api/admin\", not \"api\".",
                "zaguan.json:1 at /Applications/inventario/Rules/0: The rule lacks its roles: name those that may, or \"*\" for everybody with a session.",
                "zaguan.json:1 at /Applications/inventario/Rules/1: \"Path\" is missing.",
                "zaguan.json:1 at /Applications/inventario/Rules/2/Path: A rule's path begins with a slash and is written plainly, without //, . and .., ; \\ ? and #: \"/api/admin\", not \"/a/../b\".",
                "zaguan.json:1 at /Applications/inventario/Rules/2/Methods: A method is written in capitals, \"POST\", not \"post\".",
                "zaguan.json:1 at /Applications/inventario/Rules/2/Roles: \"*\" is everybody with a session; leave out the others, or it.",
                "zaguan.json:1 at /Applications/inventario/Rules/3/Path: A rule's path begins with a slash and is written plainly, without //, . and .., ; \\ ? and #: \"/api/admin\", not \"/a?b\".",
                "zaguan.json:1 at /Applications/inventario/Rules/3/Rols: \"Rols\" is not known here. Did you mean \"Roles\"?",
                "zaguan.json:1 at /Applications/inventario/Rules/3/Roles: One of these is no name of a role.",
            ]
        },
        {
            """{ "Applications": { "inventario": { "Rules": [ { "Path": "/a", "Methods": [ "GET" ], "Roles": [ "*" ] }, { "Path": "/A/", "Methods": [ "HEAD" ], "Roles": [ "admin" ] }, { "Path": "/a", "Roles": [ "*" ] }, { "Path": "/%61", "Roles": [ "admin" ] } ] } } }""",
            [
                "zaguan.json:1 at /Applications/inventario/Rules/1: An earlier rule has the same path and method (GET is HEAD too); keep one of them.",
                "zaguan.json:1 at /Applications/inventario/Rules/3: An earlier rule has the same path and method (GET is HEAD too); keep one of them.",
            ]
        },
        {
            """{ "Applications": { "inventario": { "IdentityHeaders": { "X-Rol": "{role.nam}", "X_Rol": "{role.name}", "Set-Cookie": "{user.id}", "x-accel-redirect": "/x", "X-Zaguan-Role": "admin", "Content-Length": "0", "X-A": "{token}", "X-B": "{", "X-C": { "a": "b" }, "X-D": "{access.id}" } } } }""",
            [
                "zaguan.json:1 at /Applications/inventario/IdentityHeaders/X-Rol: {role.nam} is not known. Did you mean \"role.name\"?",
                "zaguan.json:1 at /Applications/inventario/IdentityHeaders/X_Rol: An identity header is called by letters, digits and hyphens, at most 64, not \"X_Rol\". (nginx drops names with _.)",
                "zaguan.json:1 at /Applications/inventario/IdentityHeaders/Set-Cookie: \"Set-Cookie\" is no header for an identity: it means something to browsers, proxies or Zaguan. Call it X-User-Role, for example.",
                "zaguan.json:1 at /Applications/inventario/IdentityHeaders/x-accel-redirect: \"x-accel-redirect\" is no header for an identity: it means something to browsers, proxies or Zaguan. Call it X-User-Role, for example.",
                "zaguan.json:1 at /Applications/inventario/IdentityHeaders/X-Zaguan-Role: \"X-Zaguan-Role\" is no header for an identity: it means something to browsers, proxies or Zaguan. Call it X-User-Role, for example.",
                "zaguan.json:1 at /Applications/inventario/IdentityHeaders/Content-Length: \"Content-Length\" is no header for an identity: it means something to browsers, proxies or Zaguan. Call it X-User-Role, for example.",
                "zaguan.json:1 at /Applications/inventario/IdentityHeaders/X-A: {token} is known only in the granted answer.",
                "zaguan.json:1 at /Applications/inventario/IdentityHeaders/X-B: An opening brace is never closed. A brace that is meant as itself is doubled: \"{{\".",
                "zaguan.json:1 at /Applications/inventario/IdentityHeaders/X-C: An identity header's value is a text such as \"{role.name}\", not an object.",
                "zaguan.json:1 at /Applications/inventario/IdentityHeaders/X-D: {access.id} is known only in the granted answer, the token's claims and the text of an opaque token.",
            ]
        },
        { """{ "Applications": { "sistema-venta": { "PathBase": "venta/" } } }""", ["zaguan.json:1 at /Applications/sistema-venta/PathBase: A path base begins with a slash and does not end with one: \"/clinica\", not \"venta/\"."] },
        { """{ "Applications": { "sistema-venta": { "PathBase": "/ZAGUAN" } } }""", ["zaguan.json:1 at /Applications/sistema-venta/PathBase: Paths under /zaguan, /health and /.well-known are Zaguan's own."] },
        { """{ "Applications": { "sistema-venta": { "PathBase": "/a/../b" } } }""", ["zaguan.json:1 at /Applications/sistema-venta/PathBase: No request has the segments . and .. in its path: clients and servers resolve them."] },
        {
            """{ "Applications": { "sistema-venta": { "Hosts": [ "https://venta.example", "venta.example:443", "" ] } } }""",
            [
                "zaguan.json:1 at /Applications/sistema-venta/Hosts: A host is a name or an address without scheme and port: \"clinica.example\", not \"https://venta.example\".",
                "zaguan.json:1 at /Applications/sistema-venta/Hosts: A host is a name or an address without scheme and port: \"clinica.example\", not \"venta.example:443\".",
                "zaguan.json:1 at /Applications/sistema-venta/Hosts: A host is a name or an address without scheme and port: \"clinica.example\", not \"\".",
            ]
        },
        {
            """{ "Applications": { "sistema-venta": { "AllowedOrigins": [ "venta.example", "https://venta.example/", "*" ] } } }""",
            [
                "zaguan.json:1 at /Applications/sistema-venta/AllowedOrigins: An origin is scheme, host and port as a browser sends it: \"https://app.example\", not \"venta.example\".",
                "zaguan.json:1 at /Applications/sistema-venta/AllowedOrigins: An origin is scheme, host and port as a browser sends it: \"https://app.example\", not \"https://venta.example/\".",
                "zaguan.json:1 at /Applications/sistema-venta/AllowedOrigins: \"*\" is every origin; leave out the others, or it.",
            ]
        },
        { """{ "PublicUrl": "login.clinica.example", "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /PublicUrl: \"PublicUrl\" is an absolute address without user, query and fragment: \"https://login.clinica.example\", not \"login.clinica.example\"."] },
        { """{ "PublicUrl": "https://yo@login.example", "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /PublicUrl: \"PublicUrl\" is an absolute address without user, query and fragment: \"https://login.clinica.example\", not \"https://yo@login.example\"."] },
        { """{ "PublicUrl": "https://login.example?x=1", "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /PublicUrl: \"PublicUrl\" is an absolute address without user, query and fragment: \"https://login.clinica.example\", not \"https://login.example?x=1\"."] },
        { """{ "PublicUrl": "ftp://login.example", "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /PublicUrl: \"PublicUrl\" is an absolute address without user, query and fragment: \"https://login.clinica.example\", not \"ftp://login.example\"."] },
        { """{ "PublicUrl": "https://Login.example:443/", "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /PublicUrl: \"PublicUrl\" is written \"https://login.example\", not \"https://Login.example:443/\"."] },
        { """{ "PublicUrl": "http://login.example", "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /PublicUrl: \"PublicUrl\" begins with https: over plain HTTP anybody on the way could put keys of their own in place of Zaguan's."] },
        { """{ "Keys": { "RotateEvery": "23h", "MasterKeyFile": "" }, "Applications": { "sistema-venta": {} } }""", ["zaguan.json:1 at /Keys/MasterKeyFile: \"MasterKeyFile\" is the path of a file.", "zaguan.json:1 at /Keys/RotateEvery: A key signs for at least a day: \"RotateEvery\" is \"1d\" or more."] },
        { """{ "Applications": { "ambiotec": {} } }""", ["zaguan.json:1 at /Applications/ambiotec: \"JWT_SECRET\", the secret that signs this application's tokens, is missing. Set it here, in the environment as JWT_SECRET, or name a file that holds it as JWT_SECRET_FILE."] },
        { """{ "Applications": { "ambiotec": { "JWT_SECRET": "demasiado corta" } } }""", ["zaguan.json:1 at /Applications/ambiotec/JWT_SECRET: \"JWT_SECRET\": The secret has 15 bytes; HS256 needs at least 32 (RFC 7518 §3.2). Make one with: openssl rand -base64 48"] },
        { """{ "Applications": { "ambiotec": { "JWT_SECRET": "abcabcabcabcabcabcabcabcabcabcabcabcabc" } } }""", ["zaguan.json:1 at /Applications/ambiotec/JWT_SECRET: \"JWT_SECRET\": The secret repeats a few characters; anybody can guess it. Make one with: openssl rand -base64 48"] },
        { """{ "Applications": { "ambiotec": { "JWT_SECRET": { "a": "S" } } } }""", ["zaguan.json:1 at /Applications/ambiotec: \"JWT_SECRET\", the secret that signs this application's tokens, is missing. Set it here, in the environment as JWT_SECRET, or name a file that holds it as JWT_SECRET_FILE.", "zaguan.json:1 at /Applications/ambiotec/JWT_SECRET: \"JWT_SECRET\" is a text, not an object."] },
        { """{ "Applications": { "ambiotec": { "JWT_SECRET_FILE": "/no/hay" } } }""", ["zaguan.json:1 at /Applications/ambiotec/JWT_SECRET_FILE: The file that \"JWT_SECRET_FILE\" names cannot be read: there is none."] },
        { """{ "Applications": { "ambiotec": { "JWT_SECRET": "S", "JWT_EXPIRES": "8 hours" } } }""", ["zaguan.json:1 at /Applications/ambiotec/JWT_EXPIRES: \"8 hours\", made of the setting \"JWT_EXPIRES\", is no lifetime of a token: a whole number above 0 and s, m, h or d."] },
        { """{ "Applications": { "ambiotec": { "JWT_SECRET": "S", "JWT_EXPIRES": "0h" } } }""", ["zaguan.json:1 at /Applications/ambiotec/JWT_EXPIRES: \"0h\", made of the setting \"JWT_EXPIRES\", is no lifetime of a token: a whole number above 0 and s, m, h or d."] },
        { """{ "Applications": { "ambiotec": { "JWT_SECRET": "S", "JWT_EXPIRES": "99999999999999999999d" } } }""", ["zaguan.json:1 at /Applications/ambiotec/JWT_EXPIRES: \"99999999999999999999d\", made of the setting \"JWT_EXPIRES\", is no lifetime of a token: a whole number above 0 and s, m, h or d, at most 36500d."] },
        {
            """{ "Applications": { "romsoft": { "JWT_SECRET_KEY": "4B436579-7850-45bc-be7a-0e8a7c7715c9", "JWT_EXPIRE_MINUTES": "20d" } } }""",
            [
                "zaguan.json:1 at /Applications/romsoft: \"JWT_ISSUER_TOKEN\" is missing: the contract \"romsoft\" names it. Set it here, or in the environment as JWT_ISSUER_TOKEN.",
                "zaguan.json:1 at /Applications/romsoft: \"JWT_AUDIENCE_TOKEN\" is missing: the contract \"romsoft\" names it. Set it here, or in the environment as JWT_AUDIENCE_TOKEN.",
                "zaguan.json:1 at /Applications/romsoft/JWT_EXPIRE_MINUTES: \"20dm\", made of the setting \"JWT_EXPIRE_MINUTES\", is no lifetime of a token: a whole number above 0 and s, m, h or d.",
                "zaguan.json:1 at /Applications/romsoft/JWT_SECRET_KEY: \"JWT_SECRET_KEY\": The secret is printed in public documentation, so anybody can sign with it. Make one with: openssl rand -base64 48",
            ]
        },
        { """{ "Applications": { "a": { "Contract": "sistema-venta" }, "b": { "Contract": "sistema-venta" } } }""", ["zaguan.json:1 at /Applications/b: \"b\" and \"a\" both answer /api/Usuario/IniciarSesion on every host; tell them apart by \"Hosts\" or by \"PathBase\"."] },
        { """{ "Applications": { "a": { "Contract": "sistema-venta", "Hosts": ["X.example"] }, "b": { "Contract": "sistema-venta", "Hosts": ["y.example", "x.EXAMPLE"] } } }""", ["zaguan.json:1 at /Applications/b: \"b\" and \"a\" both answer /api/Usuario/IniciarSesion on x.example; tell them apart by \"Hosts\" or by \"PathBase\"."] },
        { """{ "Applications": { "sistema-venta": {} }, "Budgets": { "Account": { "Failures": "muchos", "RefusedFor": "15" } } }""", ["zaguan.json:1 at /Budgets/Account/Failures: Here belongs a whole number, not \"muchos\".", "zaguan.json:1 at /Budgets/Account/RefusedFor: Here belongs a length of time such as \"30s\", \"15m\", \"8h\" or \"20d\", not \"15\"."] },
        { """{ "Applications": { "sistema-venta": {} }, "Budgets": { "AccountAndAddress": { "Failures": 0 }, "Account": { "Failures": 101 } } }""", ["zaguan.json:1 at /Budgets/AccountAndAddress/Failures: A budget has at least 1 guess, not 0.", "zaguan.json:1 at /Budgets/Account/Failures: At most 100 consecutive failures of one account are allowed (NIST SP 800-63B-4 §3.2.2), not 101."] },
        { """{ "Applications": { "sistema-venta": {} }, "Budgets": { "AccountAndAddress": { "RefusedFor": "2h" }, "Account": { "RefusedFor": "0s" } } }""", ["zaguan.json:1 at /Budgets/AccountAndAddress: A budget without \"Within\" says how long it refuses: \"RefusedFor\" above 0, and \"RefusedForAtMost\" not below it.", "zaguan.json:1 at /Budgets/Account: A budget without \"Within\" says how long it refuses: \"RefusedFor\" above 0, and \"RefusedForAtMost\" not below it."] },
        { """{ "Applications": { "sistema-venta": {} }, "Budgets": { "Address": { "Within": "31d" } } }""", ["zaguan.json:1 at /Budgets/Address/Within: Failures are remembered for 30 days; \"Within\" is at most that."] },
        { """{ "Applications": { "sistema-venta": {} }, "Budgets": { "Address": { "Within": "30d" }, "AccountAndAddress": { "Within": "1h", "RefusedFor": "15m" } } }""", ["zaguan.json:1 at /Budgets/AccountAndAddress/RefusedFor: A budget with \"Within\" refuses until that time is over; \"RefusedFor\" has nothing to say here. Leave it out."] },
        { """{ "Applications": { "sistema-venta": {} }, "Budgets": { "Address": { "RefusedForAtMost": "1h" } } }""", ["zaguan.json:1 at /Budgets/Address/RefusedForAtMost: A budget with \"Within\" refuses until that time is over; \"RefusedForAtMost\" has nothing to say here. Leave it out."] },
        { """{ "Applications": { "sistema-venta": {} }, "Budgets": { "AccountAndAddress": { "Failures": 101 }, "Account": { "Within": "1h" } } }""", ["zaguan.json:1 at /Budgets/AccountAndAddress/Failures: At most 100 consecutive failures of one account are allowed (NIST SP 800-63B-4 §3.2.2), not 101.", "zaguan.json:1 at /Budgets/Account/Within: Consecutive failures of one account count however far apart they are (NIST SP 800-63B-4 §3.2.2); leave \"Within\" out."] },
        { """{ "Applications": { "sistema-venta": {} }, "Network": { "TrustedProxies": [ "192.168.1" ], "ServerSideCallers": [ "0.0.0.0/0" ] } }""", ["zaguan.json:1 at /Network/TrustedProxies: \"192.168.1\" is neither an address (10.1.2.3) nor a network (10.0.0.0/8).", "zaguan.json:1 at /Network/ServerSideCallers: \"0.0.0.0/0\" is everybody; name the addresses that are yours."] },
        { """{ "Applications": { "sistema-venta": {} }, "JWT_SECRT": "S" }""", ["zaguan.json:1 at /JWT_SECRT: No contract names a setting \"JWT_SECRT\". Did you mean \"JWT_SECRET\"?"] },
        { """{ "Applications": { "sistema-venta": {} }, "Passwords": { "HouseWords": ["Kardex", "S.A.", ""] } }""", ["zaguan.json:1 at /Passwords/HouseWords: \"S.A.\" is no word of the house: no part of it has 3 letters, and what is shorter is a syllable of other words.", "zaguan.json:1 at /Passwords/HouseWords: \"\" is no word of the house: no part of it has 3 letters, and what is shorter is a syllable of other words."] },
        { """{ "Applications": { "sistema-venta": {} }, "Hashing": { "LongestQueue": 0, "LongestWait": "31s" } }""", ["zaguan.json:1 at /Hashing/LongestQueue: At least 1 guess may wait to be hashed, not 0.", "zaguan.json:1 at /Hashing/LongestWait: A guess waits for its hash for more than 0s and at most 30s."] },
        { """{ "Applications": { "sistema-venta": {} }, "Hashing": { "LongestWait": "0s" }, "AccessLog": { "KeptFor": "0d" } }""", ["zaguan.json:1 at /Hashing/LongestWait: A guess waits for its hash for more than 0s and at most 30s.", "zaguan.json:1 at /AccessLog/KeptFor: Access records are kept for at least a day: \"KeptFor\" is \"1d\" or more."] },
        { """{ "Applications": { "sistema-venta": {} }, "urls": "http://localhost:80;cerca" }""", ["zaguan.json:1 at /urls: \"cerca\" is no address to listen on; write http://localhost:5080 or https://*:443."] },
        { """{ "Applications": { "sistema-venta": {} }, "Kestrel": { "Endpoints": { "Web": { "Url": "http://192.0.2.1:80" } } } }""", ["zaguan.json:1 at /Kestrel/Endpoints/Web/Url: http://192.0.2.1:80 would carry passwords in plain text over the network. Use https:// with a certificate (Kestrel:Certificates), listen on localhost, or name the proxy that does the encryption under Network:TrustedProxies."] },
        { """{ "Applications": { "sistema-venta": { "Realm": "a", "realm": "b" } } }""", ["zaguan.json:1 at /Applications/sistema-venta/realm: \"realm\" stands here a second time; keep one of them."] },
        { """[]""", ["zaguan.json:1: The configuration is an object, { … }, not a list."] },
        { """{ "Applications": { """, ["zaguan.json:1: This is not JSON: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed."] },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_told_with_its_place_and_what_to_do(string json, string[] expected)
    {
        var told = Problems(Read(json.Replace("\"S\"", $"\"{Secret}\"", StringComparison.Ordinal)));
        // Where the file cannot be read at all, nothing is configured either.
        told.Where(p => !p.Contains("No application is configured", StringComparison.Ordinal)).ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public void All_mistakes_of_a_file_and_of_its_contracts_are_told_at_once()
    {
        Directory.CreateDirectory(Path.Combine(folder, "contracts"));
        File.WriteAllText(Path.Combine(folder, "contracts", "roto.json"), """{ "title": 1 }""");

        Problems(Read(
            """
            {
              "Applications": {
                "ambiotec": { "JWT_SECRET": "corta" },
                "inventario": { "Hosts": [ "a b" ] }
              },
              "Hashing": { "LongestQueue": 0 },
              "Network": { "TrustedProxies": [ "cerca" ] },
              "urls": "http://*:80"
            }
            """)).ShouldBe(
            [
                "zaguan.json:6 at /Hashing/LongestQueue: At least 1 guess may wait to be hashed, not 0.",
                "zaguan.json:7 at /Network/TrustedProxies: \"cerca\" is neither an address (10.1.2.3) nor a network (10.0.0.0/8).",
                "zaguan.json:8 at /urls: http://*:80 would carry passwords in plain text over the network. Use https:// with a certificate (Kestrel:Certificates), listen on localhost, or name the proxy that does the encryption under Network:TrustedProxies.",
                "contracts/roto.json:1 at /title: Here belongs a text, not 1.",
                "contracts/roto.json:1: \"request\" is missing.",
                "contracts/roto.json:1: \"answers\" is missing.",
                "zaguan.json:3 at /Applications/ambiotec/JWT_SECRET: \"JWT_SECRET\": The secret has 5 bytes; HS256 needs at least 32 (RFC 7518 §3.2). Make one with: openssl rand -base64 48",
                "zaguan.json:4 at /Applications/inventario/Hosts: A host is a name or an address without scheme and port: \"clinica.example\", not \"a b\".",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void A_broken_contract_is_told_once_and_does_not_let_the_shipped_one_of_its_name_serve()
    {
        Directory.CreateDirectory(Path.Combine(folder, "contracts"));
        File.WriteAllText(Path.Combine(folder, "contracts", "sistema-venta.json"), Repository.ContractText("sistema-venta").Replace("\"title\"", "\"titel\"", StringComparison.Ordinal));

        Problems(Read("""{ "Applications": { "sistema-venta": {} } }""")).ShouldBe(
            [
                "contracts/sistema-venta.json:3 at /titel: \"titel\" is not known here. Did you mean \"title\"?",
                "contracts/sistema-venta.json:1: \"title\" is missing.",
            ]);
    }

    [Fact]
    public void What_the_environment_says_wrong_is_told_with_its_variable()
    {
        var setup = Read("""{ "Applications": { "ambiotec": {}, "sistema-venta": {} } }""",
            ("JWT_SECRET", "corta"),
            ("JWT_EXPIRES", "siempre"),
            ("Applications:sistema-venta:DiscloseAccountState", "quizás"),
            ("Budgets:Account:Failures", "x"));

        Problems(setup).ShouldBe(
            [
                "environment variable JWT_SECRET at /JWT_SECRET: \"JWT_SECRET\": The secret has 5 bytes; HS256 needs at least 32 (RFC 7518 §3.2). Make one with: openssl rand -base64 48",
                "environment variable JWT_EXPIRES at /JWT_EXPIRES: \"siempre\", made of the setting \"JWT_EXPIRES\", is no lifetime of a token: a whole number above 0 and s, m, h or d.",
                "environment variable Applications__sistema-venta__DiscloseAccountState at /Applications/sistema-venta/DiscloseAccountState: Here belongs true or false, not \"quizás\".",
                "environment variable Budgets__Account__Failures at /Budgets/Account/Failures: Here belongs a whole number, not \"x\".",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void No_problem_prints_a_secret()
    {
        const string planted = "S3cr3to-plantado";
        var setup = Read($$"""{ "Applications": { "romsoft": { "JWT_SECRET_KEY": "{{planted}}", "JWT_EXPIRE_MINUTES": "x" } } }""", ("JWT_SECRET", planted));
        Problems(setup).ShouldNotBeEmpty();
        Problems(setup).ShouldAllBe(p => !p.Contains(planted));
    }

    [Fact]
    public void A_contract_cannot_put_the_secret_of_another_into_its_claims()
    {
        Directory.CreateDirectory(Path.Combine(folder, "contracts"));
        File.WriteAllText(Path.Combine(folder, "contracts", "romsoft.json"), Repository.ContractText("romsoft").Replace("{config.JWT_ISSUER_TOKEN}", "{config.JWT_SECRET}", StringComparison.Ordinal));

        var setup = Read("""{ "Applications": { "romsoft": { "JWT_AUDIENCE_TOKEN": "x" }, "ambiotec": {} } }""", ("JWT_SECRET", Secret), ("JWT_SECRET_KEY", Secret));

        Problems(setup).ShouldBe(["contracts/romsoft.json:54 at /token/claims/iss: {config.JWT_SECRET} is the signing secret of a contract; nothing but a signature may use it."]);
    }

    [Theory]
    [InlineData("""{ "Network": { "TrustedProxies": ["0.0.0.0/0"] } }""", "everybody")]
    [InlineData("""{ "Network": { "ServerSideCallers": ["::/0"] } }""", "everybody")]
    [InlineData("""{ "Network": { "TrustedProxies": ["192.168.1"] } }""", "neither an address")]
    [InlineData("""{ "Budgets": { "Account": { "Within": "1s" } } }""", "NIST")]
    [InlineData("""{ "Budgets": { "AccountAndAddress": { "Failures": 101 } } }""", "NIST")]
    [InlineData("""{ "AccessLog": { "KeptFor": "1s" } }""", "at least a day")]
    [InlineData("""{ "JWT_EXPIRE_MINUTE": "60" }""", "Did you mean \"JWT_EXPIRE_MINUTES\"?")]
    public void What_would_disarm_the_house_in_silence_does_not_start(string json, string sentence)
    {
        var written = json.Insert(1, """ "Applications": { "sistema-venta": {} }, """);

        Problems(Read(written)).ShouldContain(p => p.Contains(sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void A_contract_that_signs_with_an_own_key_and_says_no_issuer_needs_the_public_address()
    {
        Directory.CreateDirectory(Path.Combine(folder, "contracts"));
        File.WriteAllText(Path.Combine(folder, "contracts", "clinica.json"), OwnKeysHouse.Contract);

        Problems(Read("""{ "Applications": { "clinica": { "JWT_EXPIRES": "never" } } }""")).ShouldBe([
            "zaguan.json:1 at /Applications/clinica/JWT_EXPIRES: \"never\", made of the setting \"JWT_EXPIRES\", is no lifetime of a token: a whole number above 0 and s, m, h or d.",
            "zaguan.json:1 at /Applications/clinica: The contract \"clinica\" signs with a key of Zaguan's own, and its claims have no iss. Set \"PublicUrl\", the address at which clients and back-ends reach Zaguan: \"https://login.clinica.example\".",
        ]);
        Problems(Read("""{ "PublicUrl": "https://login.clinica.example", "Applications": { "clinica": {} } }""")).ShouldBeEmpty();
        Problems(Read("""{ "PublicUrl": "https://login.clinica.example", "Applications": { "clinica": { "JWT_SECRET": "x" } } }""")).ShouldHaveSingleItem().ShouldContain("neither a setting of applications nor one that the contract");
    }

    [Fact]
    public void A_contract_reaches_no_variable_of_the_environment_that_is_not_a_tokens()
    {
        Directory.CreateDirectory(Path.Combine(folder, "contracts"));
        File.WriteAllText(Path.Combine(folder, "contracts", "romsoft.json"), Repository.ContractText("romsoft").Replace("{config.JWT_ISSUER_TOKEN}", "{config.AWS_SECRET_ACCESS_KEY}", StringComparison.Ordinal));

        var setup = Read("""{ "Applications": { "romsoft": { "JWT_AUDIENCE_TOKEN": "x" } } }""", ("JWT_SECRET_KEY", Secret), ("AWS_SECRET_ACCESS_KEY", "x"));

        Problems(setup).ShouldBe(["zaguan.json:1 at /Applications/romsoft: \"AWS_SECRET_ACCESS_KEY\" is missing: the contract \"romsoft\" names it. Set it here."]);
    }

    [Fact]
    public void Realms_that_sign_with_one_secret_are_noticed()
    {
        var setup = Read("""{ "Applications": { "norte": { "Contract": "ambiotec", "PathBase": "/norte" }, "sur": { "Contract": "ambiotec", "PathBase": "/sur" }, "este": { "Contract": "ambiotec", "PathBase": "/este" }, "oeste": { "Contract": "ambiotec", "PathBase": "/oeste", "JWT_SECRET": "otro secreto que nadie más tiene, nunca" } } }""", ("JWT_SECRET", Secret));

        Problems(setup).ShouldBeEmpty();
        setup.Notices.Where(n => n.Contains("one secret", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldStartWith("\"este\", \"norte\" and \"sur\" have more than one realm");
    }

    [Fact]
    public void A_section_that_is_written_in_part_keeps_the_rest_of_its_defaults()
    {
        var setup = Read("""{ "Applications": { "sistema-venta": {} }, "Budgets": { "AccountAndAddress": { "Failures": 3 } } }""");
        Problems(setup).ShouldBeEmpty();
        var rule = setup.Settings.Budgets.AccountAndAddress;
        (rule.Failures, rule.RefusedFor, rule.RefusedForAtMost).ShouldBe((3, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Setup Read(string json, params (string Name, string? Value)[] environment)
    {
        var file = Path.Combine(folder, "zaguan.json");
        File.WriteAllText(file, json);
        var settings = environment.ToDictionary(e => e.Name, e => e.Value, StringComparer.OrdinalIgnoreCase);
        settings["DataFolder"] = Path.Combine(folder, "data");
        return Setup.Read(new(file, null, IsDevelopment: false) { Environment = settings });
    }

    private string[] Problems(Setup setup) => [.. setup.Problems.Select(p => p.ToString().Replace(folder + "/", "", StringComparison.Ordinal))];
}
