# Packs a published service without network access: build the service first, then the image from its folder.
#   dotnet publish Stock.Api -c Release -o artifacts/stock-api
#   docker build --build-arg PROJECT=Stock.Api -t shop/stock-api:1.0.0 -f Dockerfile artifacts/stock-api
# BASE is .NET's chiseled runtime: no shell, no package manager, user 1654. It must be on the machine or in the registry that BASE names.
ARG BASE=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
FROM ${BASE}
ARG PROJECT
WORKDIR /app
COPY . .
# The program under a fixed name for ENTRYPOINT; it contains the name of its assembly.
COPY ${PROJECT} service
ENV ASPNETCORE_HTTP_PORTS=8080
EXPOSE 8080
USER 1654
ENTRYPOINT ["/app/service"]
