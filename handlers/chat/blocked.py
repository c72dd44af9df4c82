"""She blocks us, comes back, or her chat gets another id: what is known of her address changes."""

from bot.addresses import store as addresses
from bot.addresses.model import Address, AddressState
from bot.engine.people_moves import reachable_again
from bot.journal import store as journal
from handlers.context import Chat


def gone(chat: Chat) -> None:
    """She blocked us: this address reaches her no more. That is no sign of life."""
    chat.counts_as_alive = False
    if chat.address is not None and chat.address.state in {AddressState.WORKING, AddressState.PENDING}:
        _put(chat, chat.address, AddressState.GONE, "blocked")
        _note(chat, "address.gone")


def back(chat: Chat, *, greet: bool) -> None:
    """She is heard on an address that had been given up: it works again."""
    if chat.address is not None and chat.address.state in {AddressState.GONE, AddressState.WRONG}:
        consented = chat.address.linked_at is not None
        _put(chat, chat.address, AddressState.WORKING if consented else AddressState.PENDING)
        _note(chat, "address.back")
        if greet and consented:
            chat.say("back_again")
        if consented:
            reachable_again(chat.conn, chat.person.id, chat.now)


def moved(chat: Chat, new_id: str) -> None:
    """Her chat has a new id; one that somebody has already stays with them."""
    chat.counts_as_alive = False
    address = chat.address
    if address is None or not new_id or addresses.by_external(chat.conn, address.channel, address.account, new_id):
        return
    table = addresses.addresses
    chat.conn.execute(table.update().where(table.c.id == address.id).values(external_id=new_id))
    _note(chat, "address.moved")


def _put(chat: Chat, address: Address, state: AddressState, reason: str | None = None) -> None:
    addresses.set_state(chat.conn, address.id, state, reason)
    chat.address = addresses.by_id(chat.conn, address.id)


def _note(chat: Chat, action: str) -> None:
    journal.write(chat.conn, [journal.line(chat.now, action, person_id=chat.person.id, channel=chat.channel)])
