# The image of a Countersign server: the binary, certificate authorities, and nothing else.
#
#     docker build -t countersign .
#     docker run -p 127.0.0.1:8080:8080 -v countersign:/data -e COUNTERSIGN_PLAIN_HTTP=true countersign
#
# Without a certificate (COUNTERSIGN_TLS_CERT, COUNTERSIGN_TLS_KEY) the server listens
# beyond its loopback only when told that plain HTTP is meant: publish the port to this
# machine alone, as above, or to a proxy that speaks TLS.

FROM golang:1.26-bookworm AS build
WORKDIR /src
# Dependencies first: their layer is built again only when these two files change.
COPY go.mod go.sum ./
RUN go mod download
COPY methods ./methods
COPY pamauth ./pamauth
COPY server ./server
COPY session ./session
COPY sql ./sql
# Without cgo the binary needs no C library, so the image below can be empty; nor does it
# have PAM, which containers seldom do.
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /out/countersign ./server/cmd/countersign
# An empty image has no folders; a new volume takes owner and mode of /data from here.
RUN mkdir -p -m 0700 /out/data && mkdir -m 1777 /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/countersign /usr/local/bin/countersign
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/tmp /tmp
# By number: there is no /etc/passwd, and Kubernetes can check "not root" only on a number.
USER 65532:65532
# A container's loopback cannot be reached from outside it.
ENV COUNTERSIGN_LISTEN=0.0.0.0:8080 \
    COUNTERSIGN_DATABASE=sqlite:/data/countersign.db
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/usr/local/bin/countersign", "check", "--url", "http://127.0.0.1:8080", "--quiet"]
ENTRYPOINT ["/usr/local/bin/countersign"]
CMD ["serve"]
