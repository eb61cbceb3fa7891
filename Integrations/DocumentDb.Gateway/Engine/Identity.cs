namespace DocumentDb.Gateway.Engine;

/// <summary>Whom a connection has logged in as.</summary>
/// <param name="User">The role of the engine.</param>
/// <param name="IsSuperuser">May do all; others run each command under their role, so that the engine decides.</param>
internal sealed record Identity(string User, bool IsSuperuser);
