export {
  answerProtocol as GET,
  answerProtocol as POST,
  answerProtocol as PATCH,
  answerProtocol as DELETE,
} from '@/lib/web/mount';
