using Zaguan.Tests.House;

namespace Zaguan.Tests.Storage;

/// <summary>What a database must be before it serves, at the start and whenever another file takes its place.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public async Task A_database_with_the_demo_users_does_not_take_the_place_of_one_in_production()
    {
        var demo = Directory.CreateTempSubdirectory("zaguan-").FullName;
        await DemoDatabase.CopyToAsync(demo);
        await using var house = await FourApplications.OpenAsync();
        var login = DemoLogin.Ambiotec;
        (await login.LogsInAsync(house, login.RightBody)).ShouldBeTrue();

        File.Move(house.DatabaseFile, house.DatabaseFile + ".own");
        File.Move(Path.Combine(demo, "zaguan.db"), house.DatabaseFile);

        using (var answer = await house.PostAsync(login.Path, login.RightBody))
        {
            answer.StatusCode.ShouldBe(login.Unavailable.Status);
        }

        File.Move(house.DatabaseFile + ".own", house.DatabaseFile, overwrite: true);
        (await login.LogsInAsync(house, login.RightBody)).ShouldBeTrue();
        Directory.Delete(demo, recursive: true);
    }
}
