using Zaguan.Commands;
using Zaguan.Comparison;
using Zaguan.Contracts;
using Zaguan.Reading;
using Zaguan.Sources;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Documents;

/// <summary>docs/compare.md names every member of a case, every kind of difference, every header and every exit code.</summary>
public sealed class ComparePageTests
{
    private static readonly Page Document = new("docs/compare.md");

    [Fact]
    public void Cases_of_the_page_are_cases()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, Document.Blocks("json").Single());
        var problems = new Problems();
        var ambiotec = ContractCompiler.Compile("ambiotec", "ambiotec.json", File.ReadAllBytes(Path.Combine(Repository.Contracts, "ambiotec.json")), problems)!;

        var cases = new CaseFile(ambiotec, problems).Read(file);

        File.Delete(file);
        problems.ShouldBeEmpty();
        cases.Count.ShouldBe(9);
    }

    [Fact]
    public void Members_are_those_that_are_read() =>
        Document.Table("The cases", "member").SelectMany(r => Page.Plain(r[0]).Split(", "))
            .ShouldBe(RecordReader.Properties(typeof(CaseEntry)).Select(Spelling.Contract.NameOf), ignoreOrder: true);

    [Fact]
    public void Kinds_are_those_that_are_told() =>
        Document.Table("What is a difference", "kind").Select(r => Page.Plain(r[0])).ShouldBe(Enum.GetValues<DifferenceKind>().Select(k => new Difference(k, "", "", "").KindInWords));

    [Fact]
    public void Headers_are_those_that_are_compared() =>
        Document.Table("What is a difference", "header").Select(r => Page.Plain(r[0])).ShouldBe(HeaderComparison.Names, ignoreOrder: true);

    [Fact]
    public void Exit_codes_are_the_command_lines() =>
        Document.Table("Options", "exit code").Select(r => int.Parse(r[0], System.Globalization.CultureInfo.InvariantCulture))
            .ShouldBe([ExitCode.Done, ExitCode.NotDone, ExitCode.Usage, ExitCode.Problems, ExitCode.Different]);

    [Fact]
    public void Bounds_are_those_that_hold()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "compare.md"));
        text.ShouldContain(FormattableString.Invariant($"at most {CaseFile.MostCases:N0} objects"));
        text.ShouldContain($"larger than {Reply.LargestBody / 1024} KiB");
    }
}
