package io.feiqian.console;

import io.feiqian.alarms.Alarms;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.configuration.Seal;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.security.AdminToken;
import io.feiqian.security.AesPersonalData;
import io.feiqian.security.AuditHistory;
import io.feiqian.security.EvidenceKey;
import io.feiqian.security.FileAuditTrail;
import io.feiqian.security.KeyRing;
import io.feiqian.security.Secrets;
import io.feiqian.security.spi.AuditTrail;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running console. Any number may run side by side. */
public final class Console implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Console.class);

    /** Forms are small. */
    private static final int MOST_BYTES = 64 * 1024;

    private static final int MOST_CONNECTIONS = 500;
    private static final Duration AUDIT_RECHECK = Duration.ofMinutes(10);

    private final WebServer server;
    private final List<String> addresses;
    private final CellLines lines;
    private final Optional<ObservatoryReads> observatory;
    private final Optional<Alarms> alarms;
    private final FileAuditTrail audit;
    private final Timer timer;
    private final Optional<OidcProvider> oidc;

    private Console(
            WebServer server,
            List<String> addresses,
            CellLines lines,
            Optional<ObservatoryReads> observatory,
            Optional<Alarms> alarms,
            FileAuditTrail audit,
            Timer timer,
            Optional<OidcProvider> oidc) {
        this.server = server;
        this.addresses = addresses;
        this.lines = lines;
        this.observatory = observatory;
        this.alarms = alarms;
        this.audit = audit;
        this.timer = timer;
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
        return start(
                config,
                observatory,
                alarms,
                clock,
                List.of(),
                it -> it,
                Timer.system("console-timer"));
    }

    /**
     * The same with others to help.
     *
     * @param more pages behind the console's own in the menu
     * @param recording what stands before the audit trail
     * @param timer closed with it
     */
    static Console start(
            ConsoleConfig config,
            Optional<ObservatoryReads> observatory,
            Optional<Alarms> alarms,
            Clock clock,
            List<Page> more,
            UnaryOperator<AuditTrail> recording,
            Timer timer) {
        requireReach(config);
        Optional<Identity> identity = config.tls().map(files -> Identity.read(files, clock));
        Randomness random = Randomness.secure();
        Secrets secrets = Secrets.in(config.secretsFolder(), random);
        Users users = new Users(secrets, new Passwords(random));
        Access access = new Access(secrets);
        Sessions sessions = new Sessions(clock, random, config.idle(), config.longest());
        FileAuditTrail audit = FileAuditTrail.open(config.auditFile(), clock);
        ApiTokens tokens = new ApiTokens(secrets, random, clock);
        Trail trail = new Trail(recording.apply(audit));
        OidcUsers oidcUsers = new OidcUsers(secrets);
        Optional<OidcProvider> oidc =
                config.oidc().map(it -> new OidcProvider(it, secrets, new OidcHttp(), clock));
        CellLines lines =
                new CellLines(
                        config.cells(),
                        config.supervisor(),
                        AdminToken.obtain(secrets).reveal(),
                        config.patience(),
                        clock);
        List<Page> pages = new ArrayList<>();
        pages.addAll(
                pages(
                        observatory,
                        alarms,
                        users,
                        access,
                        sessions,
                        tokens,
                        oidcUsers,
                        trail,
                        new AuditHistory(config.auditFile(), clock, AUDIT_RECHECK),
                        EvidenceKey.obtain(secrets),
                        Seal.with(new AesPersonalData(KeyRing.obtain(secrets), random)),
                        config.gatewayDesk()
                                .map(it ->
                                        new GatewayLines(
                                                it,
                                                AdminToken.obtain(secrets).reveal(),
                                                config.patience())),
                        clock));
        pages.addAll(more);
        HttpRouting.Builder routing = HttpRouting.builder();
        RefusalLog log = new RefusalLog(clock);
        Frame frame = new Frame(routing, users, access, lines, sessions, pages, log);
        Protection protection = new Protection(identity.isPresent());
        routing.addFilter((chain, request, response) -> {
            protection.add(response);
            if (Protection.knows(request)) {
                chain.proceed();
            } else {
                refuseMethod(request, response, log);
            }
        });
        pages.forEach(page -> page.routes(frame));
        new PasswordPage(users, sessions, tokens, trail, clock).routes(frame);
        Api api = new Api(new ApiGuard(users, tokens, clock), access, lines, pages, log);
        api.routes(routing);
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
        WebServer server = serve(config, routing, protection, identity);
        identity.ifPresent(it ->
                new IdentityWatch(config.tls().orElseThrow(), it, clock, server, timer)
                        .lookLater());
        List<String> addresses =
                Stream.concat(frame.addresses().stream(), api.addresses().stream()).toList();
        return new Console(server, addresses, lines, observatory, alarms, audit, timer, oidc);
    }

    private static WebServer serve(
            ConsoleConfig config,
            HttpRouting.Builder routing,
            Protection protection,
            Optional<Identity> identity) {
        WebServerConfig.Builder server =
                WebServer.builder()
                        .host(config.host())
                        .port(config.port())
                        .maxPayloadSize(MOST_BYTES)
                        .maxTcpConnections(MOST_CONNECTIONS)
                        .directHandlers(protection.direct())
                        .shutdownHook(false)
                        .addRouting(routing);
        identity.ifPresent(it -> server.tls(it.tls()));
        return server.build().start();
    }

    /** Every page, in the order of the menu. */
    static List<Page> pages(
            Optional<ObservatoryReads> observatory,
            Optional<Alarms> alarms,
            Users users,
            Access access,
            Sessions sessions,
            ApiTokens tokens,
            OidcUsers oidcUsers,
            Trail trail,
            AuditHistory history,
            EvidenceKey evidenceKey,
            Seal seal,
            Optional<GatewayLines> gateway,
            Clock clock) {
        return List.of(
                new OverviewPage(alarms, clock),
                new TransactionsPage(trail),
                new JourneyPage(observatory, trail, evidenceKey, clock),
                new LedgerPage(clock),
                new RoutingPage(trail, clock),
                new ServicesPage(clock),
                new PoliciesPage(clock),
                new GatewayPage(gateway, trail, clock),
                new ConfigurationPage(trail, seal),
                new TracesPage(observatory, clock),
                new AlarmsPage(alarms, trail, clock),
                new UsersPage(users, access, sessions, tokens, oidcUsers, trail),
                new AuditPage(history));
    }

    /** What is not encrypted does not leave this machine. */
    private static void requireReach(ConsoleConfig config) {
        if (config.tls().isEmpty() && !isOfThisMachine(config.host())) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "the console's host: %s without TLS (expected: 127.0.0.1, or a certificate and a key)"
                            .formatted(config.host()),
                    "Name both files, or let it listen on this machine only.");
        }
    }

    private static boolean isOfThisMachine(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            return false;
        }
    }

    /** Without a body: some of these may not have one. */
    private static void refuseMethod(
            ServerRequest request, ServerResponse response, RefusalLog log) {
        log.add(request, Optional.empty(), OutcomeCode.METHOD_NOT_ALLOWED);
        response.status(Status.METHOD_NOT_ALLOWED_405)
                .header(HeaderNames.ALLOW, "GET, POST")
                .send();
    }

    /** Where it listens. */
    public int port() {
        return server.port();
    }

    /**
     * Every address that asks who is there, with the permission that it needs: {@code GET /ledger
     * ledger.see}, {@code POST /api/v1/silences alarms.act}.
     */
    public List<String> addresses() {
        return List.copyOf(addresses);
    }

    @Override
    public void close() {
        timer.close();
        var _ = server.stop();
        lines.close();
        observatory.ifPresent(ObservatoryReads::close);
        alarms.ifPresent(Alarms::close);
        audit.close();
        oidc.ifPresent(OidcProvider::close);
    }
}
