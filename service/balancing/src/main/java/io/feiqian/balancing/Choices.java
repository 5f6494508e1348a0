package io.feiqian.balancing;

import io.feiqian.balancing.spi.Candidates;
import java.util.List;
import java.util.function.Predicate;

/** Some members with the weights they have now; immutable. */
final class Choices<T> implements Candidates {
    private final List<Member<T>> members;
    private final double[] shares;
    private final double[] weights;
    private final double[] upTo;
    private final boolean even;

    Choices(List<Member<T>> members, long now) {
        this.members = List.copyOf(members);
        int size = members.size();
        this.shares = new double[size];
        this.weights = new double[size];
        this.upTo = new double[size];
        double sum = 0;
        boolean allEven = true;
        for (int i = 0; i < size; i++) {
            Member<T> member = members.get(i);
            shares[i] = member.share(now);
            // Of those without weight one is as good as the other, where there is nobody else.
            weights[i] = Math.max(member.instance().weight(), 1) * shares[i];
            allEven &= weights[i] == weights[0];
            sum += weights[i];
            upTo[i] = sum;
        }
        this.even = allEven;
    }

    /** Those that are wanted; the weights stay. */
    Choices<T> where(Predicate<? super Member<T>> wanted, long now) {
        return new Choices<>(members.stream().filter(wanted).toList(), now);
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    Member<T> member(int index) {
        return members.get(index);
    }

    List<Member<T>> members() {
        return members;
    }

    @Override
    public int size() {
        return members.size();
    }

    @Override
    public int outstanding(int index) {
        return members.get(index).outstanding();
    }

    @Override
    public double share(int index) {
        return shares[index];
    }

    @Override
    public double weight(int index) {
        return weights[index];
    }

    @Override
    public double totalWeight() {
        return upTo[upTo.length - 1];
    }

    @Override
    public boolean isEven() {
        return even;
    }

    @Override
    public long identity(int index) {
        return members.get(index).identity();
    }

    @Override
    public int at(double point) {
        int last = upTo.length - 1;
        if (even) {
            return Math.min((int) (point * upTo.length), last);
        }
        double place = point * upTo[last];
        int low = 0;
        int high = last;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (upTo[middle] > place) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
