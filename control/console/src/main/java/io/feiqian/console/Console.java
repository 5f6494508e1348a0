package io.feiqian.console;

import io.feiqian.alarms.Alarms;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.AdminToken;
import io.feiqian.security.EvidenceKey;
import io.feiqian.security.FileAuditTrail;
import io.feiqian.security.Secrets;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running console. Any number may run side by side. */
public final class Console implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Console.class);

    /** Forms are small. */
    private static final int MOST_BYTES = 64 * 1024;

    private static final int MOST_CONNECTIONS = 500;

    /** Everything comes from the console itself; no script or style stands in a page. */
    private static final String CONTENT_SECURITY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                    + " connect-src 'self'; form-action 'self'; base-uri 'none';"
                    + " frame-ancestors 'none'";

    private final WebServer server;
    private final Cells cells;
    private final Optional<ObservatoryReads> observatory;
    private final Optional<Alarms> alarms;
    private final FileAuditTrail audit;
    private final Optional<OidcProvider> oidc;

    private Console(
            WebServer server,
            Cells cells,
            Optional<ObservatoryReads> observatory,
            Optional<Alarms> alarms,
            FileAuditTrail audit,
            Optional<OidcProvider> oidc) {
        this.server = server;
        this.cells = cells;
        this.observatory = observatory;
        this.alarms = alarms;
        this.audit = audit;
        this.oidc = oidc;
    }

    /**
     * Starts one; when this returns it serves.
     *
     * @param observatory traces and logs; empty where they are kept elsewhere; closed with it
     * @param alarms empty where they are kept elsewhere; closed with it
     */
    public static Console start(
            ConsoleConfig config,
            Optional<ObservatoryReads> observatory,
            Optional<Alarms> alarms,
            Clock clock) {
        Randomness random = Randomness.secure();
        Secrets secrets = Secrets.in(config.secretsFolder(), random);
        Users users = new Users(secrets, new Passwords(random));
        Sessions sessions = new Sessions(clock, random, config.idle(), config.longest());
        FileAuditTrail audit = FileAuditTrail.open(config.auditFile(), clock);
        ApiTokens tokens = new ApiTokens(secrets, random, clock);
        Trail trail = new Trail(audit);
        OidcUsers oidcUsers = new OidcUsers(secrets);
        Optional<OidcProvider> oidc =
                config.oidc().map(it -> new OidcProvider(it, secrets, new OidcHttp(), clock));
        Cells cells =
                new Cells(
                        config.cells(),
                        config.supervisor(),
                        AdminToken.obtain(secrets).reveal(),
                        config.patience());
        List<Page> pages =
                pages(
                        cells,
                        observatory,
                        alarms,
                        users,
                        sessions,
                        tokens,
                        oidcUsers,
                        trail,
                        EvidenceKey.obtain(secrets),
                        clock);
        HttpRouting.Builder routing = HttpRouting.builder();
        Frame frame = new Frame(routing, users, sessions, pages);
        routing.addFilter((chain, request, response) -> {
            protect(request, response);
            chain.proceed();
        });
        pages.forEach(page -> page.routes(frame));
        new PasswordPage(users, tokens, trail).routes(frame);
        new Api(new ApiGuard(users, tokens, clock), pages).routes(routing);
        SignIn signIn =
                new SignIn(
                        frame,
                        users,
                        sessions,
                        new SignInLimit(clock),
                        trail,
                        config.oidc().map(OidcConfig::name).orElse(""));
        signIn.routes(routing);
        oidc.ifPresent(provider ->
                new OidcSignIn(
                                config.oidc().orElseThrow(),
                                provider,
                                new OidcAttempts(clock, random),
                                new OidcAdmission(
                                        config.oidc().orElseThrow(),
                                        oidcUsers,
                                        users,
                                        sessions,
                                        trail),
                                signIn,
                                frame)
                        .routes(routing));
        Assets.routes(routing);
        routing.any((request, response) -> {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_PATH, "path: unknown (expected: one of the menu)");
        });
        routing.error(RefusedException.class, frame::refuse);
        routing.error(
                RuntimeException.class,
                (request, response, failed) -> {
                    LOG.error("a request could not be answered", failed);
                    frame.refuse(
                            request,
                            response,
                            new RefusedException(
                                    OutcomeCode.INTERNAL_ERROR, "the console's log says more"));
                });
        WebServer server =
                WebServer.builder()
                        .host(config.host())
                        .port(config.port())
                        .maxPayloadSize(MOST_BYTES)
                        .maxTcpConnections(MOST_CONNECTIONS)
                        .shutdownHook(false)
                        .addRouting(routing)
                        .build()
                        .start();
        return new Console(server, cells, observatory, alarms, audit, oidc);
    }

    /** Every page, in the order of the menu. */
    static List<Page> pages(
            Cells cells,
            Optional<ObservatoryReads> observatory,
            Optional<Alarms> alarms,
            Users users,
            Sessions sessions,
            ApiTokens tokens,
            OidcUsers oidcUsers,
            Trail trail,
            EvidenceKey evidenceKey,
            Clock clock) {
        return List.of(
                new OverviewPage(cells, alarms, clock),
                new TransactionsPage(cells, trail),
                new JourneyPage(cells, observatory, trail, evidenceKey, clock),
                new LedgerPage(cells, clock),
                new RoutingPage(cells, trail, clock),
                new TracesPage(observatory, clock),
                new AlarmsPage(alarms, trail, clock),
                new UsersPage(users, sessions, tokens, oidcUsers, trail));
    }

    /** Where it listens. */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        var _ = server.stop();
        cells.close();
        observatory.ifPresent(ObservatoryReads::close);
        alarms.ifPresent(Alarms::close);
        audit.close();
        oidc.ifPresent(OidcProvider::close);
    }

    private static void protect(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.create("Content-Security-Policy"), CONTENT_SECURITY)
                .header(HeaderNames.create("X-Content-Type-Options"), "nosniff")
                .header(HeaderNames.create("Referrer-Policy"), "same-origin")
                .header(HeaderNames.create("Cross-Origin-Opener-Policy"), "same-origin")
                .header(HeaderNames.create("Cross-Origin-Resource-Policy"), "same-origin");
        if (!request.path().path().startsWith("/assets/")) {
            response.header(HeaderNames.CACHE_CONTROL, "no-store");
        }
    }
}
