namespace DocumentDb.Gateway.Engine;

/// <summary>The user that a connection logged in as.</summary>
/// <param name="User">The engine's role.</param>
/// <param name="IsSuperuser">Whether the user has all rights. Other users' commands run under their role, so that the engine checks their rights.</param>
internal sealed record Identity(string User, bool IsSuperuser);
