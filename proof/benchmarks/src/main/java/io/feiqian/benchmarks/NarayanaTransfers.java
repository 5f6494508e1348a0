package io.feiqian.benchmarks;

import com.arjuna.ats.arjuna.common.CoreEnvironmentBeanException;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.feiqian.storage.EmbeddedPostgres;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Stream;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import org.postgresql.xa.PGXADataSource;

/**
 * The same transfers with Narayana as the XA transaction manager: both databases prepare, its own
 * log of files on disk decides, both commit. As it comes, with its default object store.
 */
final class NarayanaTransfers implements Variant {
    static final String NAME = "narayana";

    /** One XA connection and the ordinary one over it. */
    private record Member(XAConnection xa, Connection connection, XAResource resource) {}

    private final TransactionManager manager;
    private final Path log;
    private final BlockingQueue<Member> payers;
    private final BlockingQueue<Member> payees;
    private final List<Member> members = new ArrayList<>();

    NarayanaTransfers(BenchDatabase payers, BenchDatabase payees, int connections)
            throws SQLException {
        try {
            this.log = Files.createTempDirectory("feiqian-narayana-");
            arjPropertyManager.getCoreEnvironmentBean().setNodeIdentifier("bench");
            // It serves recovery in other processes, and outlives the folder of the log.
            arjPropertyManager
                    .getCoordinatorEnvironmentBean()
                    .setTransactionStatusManagerEnable(false);
        } catch (IOException | CoreEnvironmentBeanException failed) {
            throw new IllegalStateException("Narayana: cannot be set up", failed);
        }
        for (String store : new String[] {"default", "communicationStore", "stateStore"}) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreDir(log.toString());
        }
        BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class)
                .setObjectStoreDir(log.toString());
        this.manager = com.arjuna.ats.jta.TransactionManager.transactionManager();
        this.payers = pool(payers, connections);
        this.payees = pool(payees, connections);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean run(int payer, int payee, long number) throws Exception {
        long amount = 1 + number % 100;
        Member first = payers.take();
        try {
            Member second = payees.take();
            try {
                transfer(first, second, payer, payee, number, amount);
            } finally {
                payees.add(second);
            }
        } finally {
            payers.add(first);
        }
        return true;
    }

    private void transfer(
            Member first, Member second, long payer, long payee, long number, long amount)
            throws Exception {
        manager.begin();
        boolean over = false;
        try {
            enlist(first);
            PlainAccounts.post(first.connection, number, payer, -amount);
            enlist(second);
            PlainAccounts.post(second.connection, number, payee, amount);
            over = true;
        } finally {
            if (!over) {
                manager.rollback();
            }
        }
        manager.commit();
    }

    private void enlist(Member member)
            throws SystemException, RollbackException, NotSupportedException {
        Transaction current = manager.getTransaction();
        if (!current.enlistResource(member.resource)) {
            throw new IllegalStateException("resource: not enlisted (expected: enlisted)");
        }
    }

    private BlockingQueue<Member> pool(BenchDatabase database, int connections)
            throws SQLException {
        PGXADataSource source = new PGXADataSource();
        source.setUrl(database.url(PlainAccounts.schema(NAME)));
        source.setUser(EmbeddedPostgres.USER);
        source.setPassword(database.postgres().password());
        source.setPrepareThreshold(1);
        source.setSocketFactory(CountedSockets.class.getName());
        BlockingQueue<Member> pool = new ArrayBlockingQueue<>(connections);
        for (int i = 0; i < connections; i++) {
            XAConnection xa = source.getXAConnection();
            Member member = new Member(xa, xa.getConnection(), xa.getXAResource());
            members.add(member);
            pool.add(member);
        }
        return pool;
    }

    @Override
    public void close() {
        for (Member each : members) {
            try {
                each.xa.close();
            } catch (SQLException ignored) {
                // The server goes next, and takes its side with it.
            }
        }
        try (Stream<Path> files = Files.walk(log)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("folder: " + log + " cannot be deleted", failed);
        }
    }
}
