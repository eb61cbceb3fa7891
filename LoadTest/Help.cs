namespace LoadTest;

/// <summary>What <c>--help</c> says.</summary>
internal static class Help
{
    public const string Text = """
        LoadTest: uses the shop as its users do, measures its checkout, and fills its customers. checkout and consistency replace the
        numbered orders, items and users of the shop that they are pointed at.

        LoadTest shop [options]            the six ways to use the shop, each checked to the piece
          --weights LIST        how often each is chosen; what is not named is left out
                                item=10,one=30,two=25,remove=15,no-stock=10,no-credit=10
        LoadTest storm [options]           Customer.Api: storms on its connections, large bodies, customers that come and go
          --weights LIST        storm=1,payload=4,crud=5
        LoadTest browse [options]          the storefront's pages
          --weights LIST        look=6,basket=3,account=1
        Options of these three:
          --target URL,...      addresses of one shop; users take turns                http://localhost:8000
          --users N             who come at once, each with a connection; --connections means the same           32
          --rate N              open loop: N requests a second, however fast the answers come; latency counts from the scheduled time
          --ramp S              seconds in which the load grows evenly, before the measurement                    2
          --duration S          seconds measured                                       20
          --seed N              chooses scenarios, prices and quantities               1
          --plain               a line a second, also in a terminal
          --html FILE, --json FILE                                                     write the report there, too
          Stop it (Ctrl+C) and it reports what it has; stop it twice and it ends at once.

        LoadTest consistency [options]     many users want the last pieces of an item: who gets one, and what do the books say?
          --size N              users, each with credit for one; a tenth as many pieces                           1,000
          --connections N (256)  --target URL,...  --html FILE  --json FILE

        LoadTest compare A.json B.json     two reports side by side, and what differs beyond noise

        LoadTest checkout [options]        checkouts of unique orders through the gateway, then the books
          --target URL          the gateway                                            http://localhost:8000
          --connections N       keep-alive connections                                 256
          --duration S          seconds measured                                       20
          --warmup S            seconds before that                                    5
          --rate N              open loop: N arrivals a second, however fast the answers come; latency counts from the
                                scheduled time. Without it a closed loop: each connection sends when it has its answer.
          --orders N|auto       orders prepared; each is used once. auto: 25,000 for each second, or the rate's, up to
                                1,000,000 (100,000 if they are made call by call)      auto
          --items N, --users N  what the orders are spread over                        100,000 each
          --hot-item            all orders take the same item: one line, two pieces
          --hot-user            all orders are of the same user
          --lines N             lines of an order; others than 2 are made call by call 2
          --seed N              chooses items and users of orders made call by call    1
          --no-verify           do not compare orders, stock and credit afterwards
          --no-bare             do not measure the bare gateway hop before and after
          --nginx FILE          nginx for the bare hop           from PATH, else what the AppHost unpacked
          --postgres CONNECTION ask PostgreSQL for its durability settings and growth (Npgsql connection string)
          --redis HOST:PORT[,password=...]                       ask Redis likewise
          --json FILE           write the results there, too
          --html FILE           and a page of the load

        LoadTest bare [options]            only the bare gateway hop: nginx passing to an nginx that answers 200
          --connections N (256)  --duration S (5)  --warmup S (1)  --nginx FILE  --json FILE

        LoadTest customers load [options]  fills the customers' collection with made-up customers of about 1 kB, as fast as it takes them
          --size SIZE           of the documents, like 500MB or 10GB; about 1,000,000 customers a GB
          --count N             of customers, instead
          --seed N              the same seed gives the same customers, however many and in whatever order              1
          --parallel N          inserts of 1,000 under way at once                                                      4
          --connection URI      MongoDB; else ConnectionStrings__customers of the environment, else what a Customer.Api that
                                runs on this machine was given (Linux; by an AppHost, say)
          --database NAME       else the connection's, else customers_db
          --collection NAME                                                             customers
          --drop-indexes        drop the indexes that Customer.Api's lists use first, though there are customers already; its lists
                                are slow until the end. Without it they are dropped in an empty collection only. Unique ones never are
          Stop it and start it again: it goes on where it was. What indexes are missing is made at the end.

        LoadTest history check PATH...     judges histories that the tests of faults have left (files, or folders of them)
        LoadTest history page FILE PATH... the same, and writes the page of evidence (docs/faults.md)

        Exit codes: 0 measured, and the shop is right; 1 could not measure, or could not read the books; 2 the books do not
        balance, or something was answered that must not be; 64 wrong options; 130 interrupted.
        """;
}
