namespace Order.Api.Reconciliation;

internal sealed record BooksPage(long Accounts, AccountBooks[] Wrong);
