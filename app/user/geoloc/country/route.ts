export { answerProtocol as GET, answerProtocol as OPTIONS } from '@/lib/web/mount';
