using Microsoft.Data.Sqlite;
using SnetGateway.Payments.Records;
using SQLitePCL;
using static SQLitePCL.raw;

namespace SnetGateway.Storage.Sqlite;

/// <summary>The writer's statements on one connection, and its counters. Every method throws <see cref="SqliteException"/>.</summary>
internal sealed class LedgerTables : IDisposable
{
    /// <summary>
    /// Revisions are allocated from the file in blocks, which saves writing one page with every commit. Unused ones are skipped after a
    /// restart.
    /// </summary>
    private const long RevisionBlock = 1 << 20;

    private readonly sqlite3 _connection;
    private readonly LedgerScope _scope;
    private readonly List<sqlite3_stmt> _statements = [];
    private readonly sqlite3_stmt _begin, _commit, _rollback, _find, _insert, _update, _append, _read, _probe, _allocate;
    private long _lastRecord;
    private long _lastPosition;
    private long _revision;
    private long _allocatedInBatch;

    private LedgerTables(sqlite3 connection, LedgerScope scope)
    {
        _connection = connection;
        _scope = scope;
        try
        {
            _begin = Prepare("BEGIN IMMEDIATE");
            _commit = Prepare("COMMIT");
            _rollback = Prepare("ROLLBACK");
            _find = Prepare("SELECT id, revision, newest FROM record WHERE key = ?1");
            _insert = Prepare("INSERT INTO record (id, key, revision, newest, value) VALUES (?1, ?2, ?3, ?4, ?5)");
            _update = Prepare("UPDATE record SET revision = ?2, newest = ?3, value = ?4 WHERE id = ?1");
            _append = Prepare("INSERT INTO journal (position, record, sequence, previous, entry) VALUES (?1, ?2, ?3, ?4, ?5)");
            _read = Prepare("SELECT revision, value FROM record WHERE key = ?1");
            _probe = Prepare("UPDATE meta SET value = value + 1 WHERE name = 'probe'");
            _allocate = Prepare("UPDATE meta SET value = ?1 WHERE name = 'revision'");
            _lastRecord = connection.ReadNumber("SELECT max(id) FROM record") ?? 0;
            _lastPosition = connection.ReadNumber("SELECT max(position) FROM journal") ?? 0;
            AllocatedRevisions = _revision = connection.ReadNumber("SELECT value FROM meta WHERE name = 'revision'")
                ?? throw connection.Error(SQLITE_NOTADB);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Upper bound of all revisions ever used, as committed in the file.</summary>
    public long AllocatedRevisions { get; private set; }

    /// <summary>Pages in the write-ahead log that are not in the file yet.</summary>
    public int WalPages => _connection.WalPages();

    /// <summary>No transaction is open.</summary>
    public bool IsIdle => sqlite3_get_autocommit(_connection) != 0;

    /// <summary>Opens the file as <see cref="LedgerFile.OpenForWriting"/> does, and prepares the statements.</summary>
    public static LedgerTables Open(string path, LedgerScope scope, bool mayCreate, TimeSpan busyTimeout) =>
        new(LedgerFile.OpenForWriting(path, mayCreate, busyTimeout), scope);

    public void Begin()
    {
        _allocatedInBatch = AllocatedRevisions;
        _begin.Run();
    }

    /// <summary>Makes everything since <see cref="Begin"/> durable.</summary>
    public void Commit()
    {
        _commit.Run();
        AllocatedRevisions = _allocatedInBatch;
    }

    public void Rollback() => _rollback.Run();

    public bool Checkpoint() => _connection.Checkpoint(SQLITE_CHECKPOINT_PASSIVE);

    /// <summary>Changes a counter that is never read, so that there is something to sync.</summary>
    public CommitResult Probe()
    {
        _probe.Run();
        return new CommitResult(CommitOutcome.Committed, _revision);
    }

    /// <summary>Compares all records, then writes them. Nothing else can write between the two, so no savepoint is needed.</summary>
    public CommitResult Apply(ReadOnlySpan<RecordWrite> writes)
    {
        Span<Row> rows = stackalloc Row[writes.Length];
        for (int i = 0; i < writes.Length; i++)
        {
            rows[i] = Find(writes[i].Key);
            if (rows[i].Revision != writes[i].ExpectedRevision)
            {
                return new CommitResult(CommitOutcome.Conflict, 0);
            }
        }

        long revision = NextRevision();
        for (int i = 0; i < writes.Length; i++)
        {
            Write(writes[i], rows[i], revision);
        }

        return new CommitResult(CommitOutcome.Committed, revision);
    }

    public StoredRecord? Read(in RecordKey key)
    {
        BindKey(_read, 1, key);
        StoredRecord? record = _read.Step()
            ? new StoredRecord(key, sqlite3_column_int64(_read, 0), sqlite3_column_blob(_read, 1).ToArray())
            : null;
        _read.Reset();
        return record;
    }

    public void Dispose()
    {
        _statements.ForEach(statement => statement.Dispose());
        _connection.Dispose();
    }

    private sqlite3_stmt Prepare(string sql)
    {
        sqlite3_stmt statement = _connection.Prepare(sql);
        _statements.Add(statement);
        return statement;
    }

    private Row Find(in RecordKey key)
    {
        BindKey(_find, 1, key);
        Row row = _find.Step()
            ? new Row(sqlite3_column_int64(_find, 0), sqlite3_column_int64(_find, 1), sqlite3_column_int64(_find, 2))
            : default;
        _find.Reset();
        return row;
    }

    private void Write(in RecordWrite write, in Row row, long revision)
    {
        bool isNew = row.Id == 0;
        long id = isNew ? ++_lastRecord : row.Id;
        long newest = row.Newest;
        if (!write.Entry.IsEmpty)
        {
            newest = ++_lastPosition;
            Append(write, id, row.Newest);
        }

        if (isNew)
        {
            _insert.Bind(1, id);
            BindKey(_insert, 2, write.Key);
            _insert.Bind(3, revision);
            _insert.Bind(4, newest);
            _insert.Bind(5, write.Value.Span);
            _insert.Run();
        }
        else
        {
            _update.Bind(1, id);
            _update.Bind(2, revision);
            _update.Bind(3, newest);
            _update.Bind(4, write.Value.Span);
            _update.Run();
        }
    }

    private void Append(in RecordWrite write, long record, long previous)
    {
        _append.Bind(1, _lastPosition);
        _append.Bind(2, record);
        _append.Bind(3, write.EntrySequence);
        _append.Bind(4, previous);
        _append.Bind(5, write.Entry.Span);
        _append.Run();
    }

    private void BindKey(sqlite3_stmt statement, int index, in RecordKey key)
    {
        Span<byte> stored = stackalloc byte[LedgerScope.MaxKeyLength];
        statement.Bind(index, stored[.._scope.WriteKey(key, stored)]);
    }

    private long NextRevision()
    {
        if (_revision >= _allocatedInBatch)
        {
            _allocatedInBatch = _revision + RevisionBlock;
            _allocate.Bind(1, _allocatedInBatch);
            _allocate.Run();
        }

        return ++_revision;
    }

    private readonly record struct Row(long Id, long Revision, long Newest);
}
