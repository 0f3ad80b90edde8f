using FsCheck;
using FsCheck.Fluent;
using Zaguan.Budgets;
using Zaguan.Passwords;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Passwords;

public sealed class TurnQueueTests
{
    private static readonly Sender Flood = new("192.0.2.1", IsShared: false);
    private static readonly Sender FrontEnd = new("10.0.0.1", IsShared: true);

    [Fact]
    public void One_address_has_all_of_the_queue_while_nobody_else_wants_it_and_is_turned_away_beyond()
    {
        var queue = new TurnQueue<string>(10);

        Enumerable.Range(0, 12).Count(i => queue.TryAdd(Flood, $"flood {i}", out _)).ShouldBe(10);
        queue.Count.ShouldBe(10);
    }

    [Fact]
    public void Where_one_address_fills_the_queue_another_one_takes_its_newest_place_and_is_served_after_one_of_its_guesses_at_most()
    {
        var queue = Filled(10, Flood);

        queue.Ahead(Sender(2)).ShouldBe(1);
        queue.TryAdd(Sender(2), "somebody", out var displaced).ShouldBeTrue();

        displaced.ShouldBe("192.0.2.1 9");
        Drain(queue).Take(2).ShouldBe(["192.0.2.1 0", "somebody"]);
    }

    [Fact]
    public void The_flood_cannot_take_back_what_it_had_to_give()
    {
        var queue = Filled(10, Flood);
        queue.TryAdd(Sender(2), "somebody", out _);

        queue.TryAdd(Flood, "more", out var displaced).ShouldBeFalse();

        displaced.ShouldBeNull();
        Drain(queue).ShouldContain("somebody");
    }

    [Fact]
    public void Addresses_share_the_queue_equally_where_all_of_them_want_it()
    {
        var queue = new TurnQueue<string>(12);
        foreach (var i in Enumerable.Range(0, 40))
        {
            for (var address = 1; address <= 3; address++)
            {
                queue.TryAdd(Sender(address), $"{address}", out _);
            }

            queue.TryAdd(Flood, "1", out _);
        }

        Drain(queue).CountBy(who => who).ShouldAllBe(share => share.Value == 4);
    }

    [Fact]
    public void Addresses_take_turns_and_each_waits_in_its_own_order()
    {
        var queue = Filled(10, Flood, guesses: 4);
        queue.TryAdd(Sender(2), "2 a", out _);
        queue.TryAdd(Sender(2), "2 b", out _);
        queue.TryAdd(Sender(3), "3 a", out _);

        Drain(queue).ShouldBe(["192.0.2.1 0", "2 a", "3 a", "192.0.2.1 1", "2 b", "192.0.2.1 2", "192.0.2.1 3"]);
    }

    [Fact]
    public void A_server_that_logs_in_for_many_has_half_of_the_queue_and_every_second_turn_however_many_addresses_flood()
    {
        var queue = new TurnQueue<string>(10);
        for (var i = 0; i < 20; i++)
        {
            queue.TryAdd(Sender(i), $"flood {i}", out _);
        }

        Enumerable.Range(0, 8).Count(i => queue.TryAdd(FrontEnd, $"front end {i}", out _)).ShouldBe(5);

        queue.Count.ShouldBe(10);
        Drain(queue).Select(who => who.StartsWith("front", StringComparison.Ordinal)).ShouldBe([false, true, false, true, false, true, false, true, false, true]);
    }

    [Fact]
    public void A_server_that_logs_in_for_many_leaves_half_to_all_others()
    {
        var queue = Filled(10, FrontEnd);

        Enumerable.Range(0, 8).Count(i => queue.TryAdd(Sender(i), $"{i}", out _)).ShouldBe(5);
    }

    [Fact]
    public void A_queue_of_one_place_serves_who_was_there_first()
    {
        var queue = Filled(1, Flood);

        queue.TryAdd(Sender(2), "2", out _).ShouldBeFalse();
        queue.TryAdd(FrontEnd, "front end", out _).ShouldBeFalse();
    }

    /// <summary>Whatever comes in whatever order: nothing is lost, nothing is there twice, and nobody is served later than was promised.</summary>
    [Fact]
    public void Who_gets_in_is_served_or_displaced_once_and_no_later_than_those_ahead()
    {
        var senders = Gen.Elements([.. Enumerable.Range(0, 6).Select(i => Sender(i)), FrontEnd, FrontEnd with { Address = "10.0.0.2" }]);
        // Null: one is served.
        var steps = Gen.Frequency((3, senders.Select(s => (Sender?)s)), (1, Gen.Constant((Sender?)null))).ListOf();
        Prop.ForAll(steps.ToArbitrary(), Holds).Check(Chance.Of(2_000));

        static void Holds(IList<Sender?> steps)
        {
            const int Longest = 7;
            var queue = new TurnQueue<string>(Longest);
            var waiting = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < steps.Count; i++)
            {
                if (steps[i] is { } sender)
                {
                    Add(queue, waiting, sender, $"{i}");
                }
                else if (queue.TryTake(out var served))
                {
                    waiting.Remove(served).ShouldBeTrue();
                }

                queue.Count.ShouldBe(waiting.Count);
                queue.Count.ShouldBeLessThanOrEqualTo(Longest);
            }

            var last = new Sender("203.0.113.1", IsShared: false);
            var ahead = queue.Ahead(last);
            if (Add(queue, waiting, last, "last"))
            {
                Drain(queue).IndexOf("last").ShouldBeLessThanOrEqualTo(ahead);
            }
        }

        static bool Add(TurnQueue<string> queue, HashSet<string> waiting, Sender sender, string item)
        {
            var isIn = queue.TryAdd(sender, item, out var displaced);
            if (displaced is not null)
            {
                isIn.ShouldBeTrue();
                waiting.Remove(displaced).ShouldBeTrue();
            }

            return isIn && waiting.Add(item);
        }
    }

    private static Sender Sender(int number) => new($"192.0.2.{number}", IsShared: false);

    private static TurnQueue<string> Filled(int longest, Sender sender, int? guesses = null)
    {
        var queue = new TurnQueue<string>(longest);
        for (var i = 0; i < (guesses ?? longest); i++)
        {
            queue.TryAdd(sender, $"{sender.Address} {i}", out _).ShouldBeTrue();
        }

        return queue;
    }

    private static List<string> Drain(TurnQueue<string> queue)
    {
        var served = new List<string>();
        while (queue.TryTake(out var item))
        {
            served.Add(item);
        }

        return served;
    }
}
