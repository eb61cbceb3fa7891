namespace AppHost;

internal static class ShopCommands
{
    /// <summary>Adds the operators' commands to the storefront in the dashboard; its page <c>/admin</c> has the same.</summary>
    /// <param name="storefront">The resource that gets the commands.</param>
    /// <param name="stockApi">The service that fills the shelves.</param>
    /// <param name="orderApi">The service that resets the shop.</param>
    public static ReplicatedService WithShopCommands(this ReplicatedService storefront, ReplicatedService stockApi, ReplicatedService orderApi)
    {
        storefront.Replicas[0]
            .WithHttpCommand("/internal/catalog/fill", "Fill the shelves", () => stockApi.HttpEndpoint, commandName: "fill-shelves", commandOptions: new()
            {
                Description = "Puts back the first products where they are missing, and tops up their stock.",
                IconName = "BoxCheckmark",
                IsHighlighted = true,
            })
            .WithHttpCommand("/internal/reset", "Reset the shop", () => orderApi.HttpEndpoint, commandName: "reset-shop", commandOptions: new()
            {
                Description = "Deletes all orders, accounts and items; the first products come back.",
                ConfirmationMessage = "Every order, account and item is deleted, those of a load test too. The first products come back. Delete them?",
                IconName = "Delete",
            });
        return storefront;
    }
}
