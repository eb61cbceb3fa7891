using EngineRoots;
using NativeEngines;

namespace Tests.Unit.Engines;

[Trait("Category", "Unit")]
public sealed class RecipeTests
{
    private const string End = "\nport 7000\nbind 127.0.0.1\ndir \"/data\"\ndaemonize no\npidfile \"\"\nlogfile \"\"\n";

    [Theory]
    [InlineData("/bin/sh", "-c|redis-server --requirepass $P --save 60 1", "--requirepass|p w|--save|60|1")]
    [InlineData("sh", "-c|exec redis-server --requirepass $P --appendonly yes", "--requirepass|p w|--appendonly|yes")]
    [InlineData(null, "redis-server|--appendonly|yes", "--appendonly|yes")]
    [InlineData(null, "/usr/bin/redis-server|/etc/redis.conf", "/etc/redis.conf")]
    [InlineData(null, "--appendonly|yes", "--appendonly|yes")]
    [InlineData(null, "/etc/redis.conf|--appendonly|yes", "/etc/redis.conf|--appendonly|yes")]
    [InlineData(null, "", "")]
    public void Redis_accepts_the_commands_of_its_image(string? entrypoint, string args, string expected) =>
        Assert.Equal(expected, string.Join('|', RedisRecipe.Command(Redis(entrypoint, args))));

    [Theory]
    [InlineData("/bin/sh", "-c|redis-cli ping")]
    [InlineData("/bin/sh", "-c|--appendonly yes")]
    [InlineData("/bin/sh", "-c")]
    [InlineData("/bin/sh", "-c|redis-server & redis-cli ping")]
    [InlineData(null, "redis-sentinel|/etc/sentinel.cfg")]
    public void Redis_rejects_commands_that_do_not_start_a_server(string? entrypoint, string args) =>
        Assert.Throws<FormatException>(() => RedisRecipe.Command(Redis(entrypoint, args)));

    [Theory]
    [InlineData("--requirepass|a \"b\" \\c\nd|--save|60|1", "\nrequirepass \"a \\\"b\\\" \\\\c\\nd\"\nsave \"60\" \"1\"" + End)]
    [InlineData("/etc/redis.conf|--appendonly|yes", "maxmemory 1mb\nappendonly \"yes\"" + End)]
    [InlineData("--requirepass||--appendonly|yes", "\nrequirepass \"\"\nappendonly \"yes\"" + End)]
    [InlineData("", End)]
    public void Redis_arguments_become_a_file_whose_last_lines_are_ours(string arguments, string expected) => Assert.Equal(
        expected, RedisRecipe.Configuration(Split(arguments),
            path => path == "/etc/redis.conf" ? "maxmemory 1mb" : throw new IOException(path), 7000, "/data"));

    [Fact]
    public void Nginx_configuration_moves_into_its_private_folder()
    {
        const string Text = """
            user nginx;
            pid /run/nginx.pid;
            daemon on;
            events { }
            # http { is only mentioned here
            http {
              include /etc/nginx/mime.types;
              error_log /var/log/nginx/error.log;
              access_log /var/log/nginx/access.log;
              proxy_temp_path /tmp/p;
              server { listen 8000; root /usr/share/html; location /pid { return 200 "user a;"; } }
            }
            """;
        NativeMount[] mounts = [new("/srv/html", "/usr/share/html/", IsVolume: false, IsReadOnly: true),
            new("/srv/conf", "/etc/nginx/conf.d", IsVolume: false, IsReadOnly: true)];

        var local = NginxRecipe.Localize(Text, "/run/x", mounts, canOpenOutput: false);

        Assert.DoesNotContain("user nginx", local, StringComparison.Ordinal);
        Assert.DoesNotContain("/run/nginx.pid", local, StringComparison.Ordinal);
        Assert.DoesNotContain("daemon on", local, StringComparison.Ordinal);
        Assert.Contains("# http { is only mentioned here\n", local, StringComparison.Ordinal);
        Assert.Contains("\nhttp { client_body_temp_path /run/x/client_body; fastcgi_temp_path", local, StringComparison.Ordinal);
        Assert.Contains("include /run/x/mime.types;", local, StringComparison.Ordinal);
        Assert.Contains("error_log stderr;", local, StringComparison.Ordinal);
        Assert.Contains("access_log /run/x/access.log;", local, StringComparison.Ordinal);
        Assert.DoesNotContain(" access_log off;", local, StringComparison.Ordinal);
        Assert.Equal(local.IndexOf("proxy_temp_path", StringComparison.Ordinal), local.LastIndexOf("proxy_temp_path", StringComparison.Ordinal));
        Assert.Contains("root /srv/html;", local, StringComparison.Ordinal);
        Assert.Contains("location /pid { return 200 \"user a;\"; }", local, StringComparison.Ordinal);
    }

    [Fact]
    public void Nginx_logs_to_its_output_if_possible_and_not_by_default()
    {
        Assert.Contains("access_log /dev/stdout;", NginxRecipe.Localize("http { access_log /var/log/nginx/access.log; }", "/x", [], canOpenOutput: true),
            StringComparison.Ordinal);
        Assert.Contains("access_log off;", NginxRecipe.Localize("http { }", "/x", [], canOpenOutput: true), StringComparison.Ordinal);
        Assert.Equal("server { listen 80; }", NginxRecipe.Localize("server { listen 80; }", "/x", [], canOpenOutput: true));
    }

    [Theory]
    [InlineData(20_000L, "worker_rlimit_nofile 20000;")]
    [InlineData(65_536L, "worker_rlimit_nofile 65536;")]
    [InlineData(1_048_576L, "worker_rlimit_nofile 65536;")]
    [InlineData(null, "worker_rlimit_nofile 65536;")]
    public void Nginx_requests_no_more_files_than_the_system_allows(long? filesMax, string expected)
        => Assert.Equal(expected, NginxRecipe.LimitOpenFiles("worker_rlimit_nofile 65536;", filesMax));

    [Theory]
    [InlineData("root /srv/html;", "root /data/html;")]
    [InlineData("alias /srv/html$uri; index \"/srv/html/a.html\";", "alias /data/html$uri; index \"/data/html/a.html\";")]
    [InlineData("root /srv/html/deep/x;", "root /srv/deep/x;")]
    [InlineData("root /srv/html2; root /srv/html.old; root /srv/html-old;", "root /srv/html2; root /srv/html.old; root /srv/html-old;")]
    [InlineData("proxy_pass http://host/srv/html; root /my/srv/html; root ${x}/srv/html;",
        "proxy_pass http://host/srv/html; root /my/srv/html; root ${x}/srv/html;")]
    [InlineData("include /etc/nginx/a.conf; include /etc/nginx2/a.conf;", "include /run/x/a.conf; include /etc/nginx2/a.conf;")]
    [InlineData("error_log /dev/stderr; error_log /var/log/nginx/error.log.1;", "error_log stderr; error_log /var/log/nginx/error.log.1;")]
    [InlineData("server unix:/srv/html/s;", "server unix:/data/html/s;")]
    public void Nginx_paths_change_only_as_a_whole(string text, string expected)
    {
        NativeMount[] mounts = [new("/data/html", "/srv/html", IsVolume: false, IsReadOnly: true),
            new("/srv/deep", "/srv/html/deep", IsVolume: false, IsReadOnly: true)];
        Assert.Equal(expected, NginxRecipe.Localize(text, "/run/x", mounts, canOpenOutput: true));
    }

    [Theory]
    [InlineData("plain", "E'plain'")]
    [InlineData("it's \\ two\r\nlines", "E'it\\'s \\\\ two\\r\\nlines'")]
    [InlineData("\\'; DROP ROLE x; --", "E'\\\\\\'; DROP ROLE x; --'")]
    public void Sql_text_is_one_line_and_cannot_break_out(string value, string expected) => Assert.Equal(expected, PostgresRecipe.Literal(value));

    [Fact]
    public void The_login_is_created_by_single_lines_with_everything_quoted()
    {
        var sql = PostgresRecipe.LoginSql("o\"'x", "p'\nw");

        Assert.All(sql, line => Assert.DoesNotContain('\n', line));
        Assert.StartsWith("DO E'BEGIN IF NOT EXISTS", sql[0], StringComparison.Ordinal);
        Assert.Contains("CREATE ROLE \"o\"\"\\'x\"", sql[0], StringComparison.Ordinal); // the quote in the name is escaped again by the block around it
        Assert.Equal("ALTER ROLE \"o\"\"'x\" WITH SUPERUSER LOGIN PASSWORD E'p\\'\\nw'", sql[1]);
        Assert.Throws<EngineException>(() => PostgresRecipe.LoginSql("two\nlines", "p"));
    }

    private static NativeContainerSpec Redis(string? entrypoint, string args) =>
        new("redis", "redis", entrypoint, Split(args), new Dictionary<string, string> { ["P"] = "p w" }, [], new Dictionary<int, int>(), "/tmp");

    private static string[] Split(string words) => words.Length == 0 ? [] : words.Split('|');
}
