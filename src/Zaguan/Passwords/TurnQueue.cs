using System.Diagnostics.CodeAnalysis;
using Zaguan.Budgets;

namespace Zaguan.Passwords;

/// <summary>
/// A bounded queue in which addresses take turns: each waits in a line of its own, and who sends much waits behind itself. Servers that log in for many have every
/// second turn, while they want it, whatever the addresses of all others are up to. Whoever has less than others always gets in: where the queue is full, the longest
/// line loses its newest. For one thread at a time.
/// </summary>
/// <param name="longest">How many wait, at most.</param>
internal sealed class TurnQueue<T>(int longest)
{
    private readonly Side shared = new();
    private readonly Side others = new();
    private bool isSharedsTurn;

    public int Count => shared.Count + others.Count;

    /// <summary>How many of those that wait now are served before one that comes from there, at most.</summary>
    public int Ahead(Sender sender)
    {
        var (own, other) = SidesOf(sender);
        var ahead = Math.Min(own.Count, own.Lines * (long)(own.LengthOf(sender) + 1));
        return (int)Math.Min(Count, ahead + Math.Min(ahead + 1, other.Count));
    }

    /// <summary>False: it is full, and nobody has more in it than the sender.</summary>
    /// <param name="displaced">Who had to leave for it; null: nobody.</param>
    public bool TryAdd(Sender sender, T item, out T? displaced)
    {
        displaced = default;
        var (own, other) = SidesOf(sender);
        if (Count >= longest)
        {
            if (own.Count < longest / 2)
            {
                displaced = other.DropNewestOf(other.LongestLine()!);
            }
            else if (own.LongestLine() is { } line && line.Waiting.Count > own.LengthOf(sender) + 1)
            {
                displaced = own.DropNewestOf(line);
            }
            else
            {
                return false;
            }
        }

        own.Add(sender.Address, item);
        return true;
    }

    /// <summary>The next whose turn it is.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        var side = shared.Count > 0 && (isSharedsTurn || others.Count == 0) ? shared : others;
        isSharedsTurn = side == others;
        return side.TryTake(out item);
    }

    private (Side Own, Side Other) SidesOf(Sender sender) => sender.IsShared ? (shared, others) : (others, shared);

    /// <summary>The lines of one address each.</summary>
    private sealed class Side
    {
        private readonly Dictionary<string, Line> lines = new(StringComparer.Ordinal);

        /// <summary>In the order of their turns.</summary>
        private readonly LinkedList<Line> turns = new();

        public int Count { get; private set; }

        public int Lines => turns.Count;

        public int LengthOf(Sender sender) => lines.GetValueOrDefault(sender.Address)?.Waiting.Count ?? 0;

        /// <summary>Of several, the one whose turn comes last.</summary>
        public Line? LongestLine()
        {
            var found = turns.Last;
            for (var turn = found; turn is not null; turn = turn.Previous)
            {
                found = turn.Value.Waiting.Count > found!.Value.Waiting.Count ? turn : found;
            }

            return found?.Value;
        }

        public void Add(string address, T item)
        {
            if (!lines.TryGetValue(address, out var line))
            {
                lines[address] = line = new(address);
                turns.AddLast(line.Turn);
            }

            line.Waiting.AddLast(item);
            Count++;
        }

        public bool TryTake([MaybeNullWhen(false)] out T item)
        {
            if (turns.First is not { } turn)
            {
                item = default;
                return false;
            }

            var line = turn.Value;
            item = line.Waiting.First!.Value;
            line.Waiting.RemoveFirst();
            turns.Remove(turn);
            turns.AddLast(turn);
            Left(line);
            return true;
        }

        public T DropNewestOf(Line line)
        {
            var newest = line.Waiting.Last!.Value;
            line.Waiting.RemoveLast();
            Left(line);
            return newest;
        }

        private void Left(Line line)
        {
            Count--;
            if (line.Waiting.Count == 0)
            {
                turns.Remove(line.Turn);
                lines.Remove(line.Address);
            }
        }
    }

    private sealed class Line
    {
        public Line(string address)
        {
            Address = address;
            Turn = new(this);
        }

        public string Address { get; }

        public LinkedListNode<Line> Turn { get; }

        public LinkedList<T> Waiting { get; } = new();
    }
}
