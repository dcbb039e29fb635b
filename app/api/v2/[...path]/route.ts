export {
  answerProtocol as GET,
  answerProtocol as POST,
  answerProtocol as PUT,
  answerProtocol as PATCH,
  answerProtocol as DELETE,
  answerProtocol as OPTIONS,
} from '@/lib/web/mount';
