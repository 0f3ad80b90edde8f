using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Zaguan.Storage;

/// <summary>
/// A connection that keeps the statements that it prepared: SQLite takes longer to compile one than to run it.
/// Npgsql does so by itself. For one thread at a time, like every connection. Its commands know neither transactions of their
/// own (the writer begins and commits) nor a time limit, and a statement's text comes before its parameters: no list of values.
/// </summary>
internal sealed class PreparingConnection(string connectionString) : SqliteConnection(connectionString)
{
    /// <summary>Statements that are kept. A login needs a dozen; past that, somebody builds statements from their values.</summary>
    private const int Most = 100;

    private readonly Dictionary<string, SqliteCommand> idle = [];

    /// <summary>The file that it opened, where its owner wants to know.</summary>
    public FileIdentity? File { get; init; }

    /// <summary>A statement without parameters and without an answer.</summary>
    public void Run(string sql)
    {
        var command = Take(sql);
        try
        {
            command.ExecuteNonQuery();
        }
        finally
        {
            GiveBack(command);
        }
    }

    protected override DbCommand CreateDbCommand() => new Borrowed(this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Forget();
        }

        base.Dispose(disposing);
    }

    private SqliteCommand Take(string sql)
    {
        if (idle.Remove(sql, out var kept))
        {
            return kept;
        }

        var command = CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private void GiveBack(SqliteCommand command)
    {
        command.Parameters.Clear();
        if (State != ConnectionState.Open)
        {
            command.Dispose();
            return;
        }

        if (idle.Count >= Most)
        {
            Forget();
        }

        if (!idle.TryAdd(command.CommandText, command))
        {
            command.Dispose();
        }
    }

    private void Forget()
    {
        foreach (var command in idle.Values)
        {
            command.Dispose();
        }

        idle.Clear();
    }

    /// <summary>What a caller holds until it disposes of it: the kept command of the text that it sets.</summary>
    private sealed class Borrowed(PreparingConnection connection) : DbCommand
    {
        private SqliteCommand? command;

        [AllowNull]
        public override string CommandText
        {
            get => command?.CommandText ?? "";
            set
            {
                GiveBack();
                command = string.IsNullOrEmpty(value) ? null : connection.Take(value);
            }
        }

        public override int CommandTimeout
        {
            get => Command.CommandTimeout;
            set => throw new NotSupportedException("A kept command would carry its time limit to the next.");
        }

        public override CommandType CommandType
        {
            get => CommandType.Text;
            set
            {
                if (value != CommandType.Text)
                {
                    throw new NotSupportedException("SQLite knows statements alone.");
                }
            }
        }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        public override bool DesignTimeVisible { get; set; }

        protected override DbConnection? DbConnection
        {
            get => connection;
            set => throw new NotSupportedException("A borrowed command belongs to the connection that made it.");
        }

        protected override DbParameterCollection DbParameterCollection => Command.Parameters;

        protected override DbTransaction? DbTransaction
        {
            get => null;
            set => throw new NotSupportedException("The writer begins and commits.");
        }

        private SqliteCommand Command => command ?? throw new InvalidOperationException("The command has no text yet.");

        public override void Cancel() => Command.Cancel();

        public override int ExecuteNonQuery() => Command.ExecuteNonQuery();

        public override object? ExecuteScalar() => Command.ExecuteScalar();

        public override void Prepare() => Command.Prepare();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Command.ExecuteReader(behavior);

        protected override DbParameter CreateDbParameter() => new Parameter();

        protected override void Dispose(bool disposing)
        {
            // Not by the finalizer: somebody else may be using the connection.
            if (disposing)
            {
                GiveBack();
            }

            base.Dispose(disposing);
        }

        private void GiveBack()
        {
            if (command is not null)
            {
                connection.GiveBack(command);
                command = null;
            }
        }
    }

    /// <summary>Named as the statement names it: without its "@", SQLite would be asked for every parameter twice.</summary>
    private sealed class Parameter : SqliteParameter
    {
        [AllowNull]
        public override string ParameterName
        {
            get => base.ParameterName;
            set => base.ParameterName = value is null || value.StartsWith('@') ? value : $"@{value}";
        }
    }
}
