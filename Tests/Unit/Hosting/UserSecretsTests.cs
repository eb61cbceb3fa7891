using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Versioning;
using System.Text.Json;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Tests.Unit.Hosting;

[Trait("Category", "Unit")]
[UnsupportedOSPlatform("windows")]
public sealed class UserSecretsTests : IDisposable
{
    private const string Key = "Parameters:postgres-password";
    private readonly Assembly _assembly;
    private readonly string _path;

    public UserSecretsTests()
    {
        var id = $"shop-tests-{Guid.NewGuid():N}";
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Secretive"), AssemblyBuilderAccess.RunAndCollect);
        assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(UserSecretsIdAttribute).GetConstructor([typeof(string)])!, [id]));
        (_assembly, _path) = (assembly, PathHelper.GetSecretsPathFromSecretsId(id));
    }

    public void Dispose()
    {
        if (Path.GetDirectoryName(_path) is { } folder && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_secret_is_made_once_and_kept_in_the_users_file_alone()
    {
        Assert.Equal("first", new UserSecrets(_assembly).GetOrAdd(Key, () => "first"));
        Assert.Equal("first", new UserSecrets(_assembly).GetOrAdd(Key, () => throw new InvalidOperationException("made twice")));
        Assert.Equal("first", Read(Key));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_path));
    }

    [Fact]
    public void What_else_is_in_the_file_stays()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        File.WriteAllText(_path, """
            {
              // by hand
              "Other": "kept", /* as the configuration reads it */
            }
            """);
        new UserSecrets(_assembly).GetOrAdd(Key, () => "new");
        Assert.Equal(("kept", "new"), (Read("Other"), Read(Key)));
    }

    [Fact]
    public async Task All_who_start_at_once_get_the_same()
    {
        using var start = new Barrier(8);
        var made = 0;
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait(TestContext.Current.CancellationToken);
            return new UserSecrets(_assembly).GetOrAdd(Key, () => $"secret {Interlocked.Increment(ref made)}");
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Equal(["secret 1"], all.Distinct());
        Assert.Equal(1, made);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named_and_left_alone()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        File.WriteAllText(_path, "{ broken");
        var trouble = Assert.Throws<DistributedApplicationException>(() => new UserSecrets(_assembly).GetOrAdd(Key, () => "new"));

        Assert.Contains(_path, trouble.Message, StringComparison.Ordinal);
        Assert.Contains("Parameters__postgres-password", trouble.Message, StringComparison.Ordinal);
        Assert.Equal("{ broken", File.ReadAllText(_path));
    }

    [Fact]
    public void Without_a_file_a_secret_lasts_for_the_run() => Assert.Equal("this time", new UserSecrets(assembly: null).GetOrAdd(Key, () => "this time"));

    private string? Read(string key)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(_path));
        return file.RootElement.GetProperty(key).GetString();
    }
}
