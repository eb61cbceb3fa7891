using Tests.Cluster;

namespace Tests.Faults;

// What holds with one replica of every API must hold with two.

[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class ReplicatedCheckoutTests(FaultCluster cluster) : CheckoutContract(cluster);

[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class ReplicatedOrderTests(FaultCluster cluster) : OrderContract(cluster);

[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class ReplicatedPaymentTests(FaultCluster cluster) : PaymentContract(cluster);

[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class ReplicatedStockTests(FaultCluster cluster) : StockContract(cluster);

[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class ReplicatedConsistencyTests(FaultCluster cluster) : Consistency(cluster);
